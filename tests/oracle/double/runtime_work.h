/* The documented runtime calls of a program that makes a session after it has listed: memory (of the host), streams and events on which
 * nothing ever runs. Part of runtime_shim.c; like all there, each asks the real runtime until that has listed the devices. */

enum { HANDLE_SIZE = 64, LOWEST_PRIORITY = 0, HIGHEST_PRIORITY = -5, FREE_PERCENT = 95 };

/* Forwards to the real function until the listing is over; then the statements answer. */
#define ANSWER(name, parameters, arguments, ...)         \
  EXPORTED cudaError_t name parameters {                 \
    if (!listing_is_over()) return REAL(name) arguments; \
    __VA_ARGS__                                          \
    return cudaSuccess;                                  \
  }

static cudaError_t host_memory(void** memory, size_t size) {
  *memory = calloc(1, size ? size : 1);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}

static cudaError_t total_memory(size_t* available, size_t* total) {
  ((int (*)(size_t*, int))in_driver("cuDeviceTotalMem_v2"))(total, current_device);
  *available = *total / 100 * FREE_PERCENT;
  return cudaSuccess;
}

ANSWER(cudaDeviceSynchronize, (void), ())
ANSWER(cudaDeviceGetPCIBusId, (char* text, int size, int device), (text, size, device),
       if (no_such_device(device)) return cudaErrorInvalidDevice;
       ((int (*)(char*, int, int))in_driver("cuDeviceGetPCIBusId"))(text, size, device);)
ANSWER(cudaDeviceGetStreamPriorityRange, (int* least, int* greatest), (least, greatest), *least = LOWEST_PRIORITY;
       *greatest = HIGHEST_PRIORITY;)

ANSWER(cudaMemGetInfo, (size_t * available, size_t* total), (available, total), return total_memory(available, total);)
ANSWER(cudaMalloc, (void** memory, size_t size), (memory, size), return host_memory(memory, size);)
ANSWER(cudaFree, (void* memory), (memory), free(memory);)
ANSWER(cudaHostAlloc, (void** memory, size_t size, unsigned flags), (memory, size, flags), return host_memory(memory, size);)
ANSWER(cudaFreeHost, (void* memory), (memory), free(memory);)
ANSWER(cudaMemcpy, (void* to, const void* from, size_t size, enum cudaMemcpyKind kind), (to, from, size, kind), memmove(to, from, size);)
ANSWER(cudaMemcpyAsync, (void* to, const void* from, size_t size, enum cudaMemcpyKind kind, cudaStream_t stream),
       (to, from, size, kind, stream), memmove(to, from, size);)
ANSWER(cudaMemset, (void* memory, int value, size_t size), (memory, value, size), memset(memory, value, size);)
ANSWER(cudaMemsetAsync, (void* memory, int value, size_t size, cudaStream_t stream), (memory, value, size, stream),
       memset(memory, value, size);)

ANSWER(cudaStreamCreateWithFlags, (cudaStream_t * stream, unsigned flags), (stream, flags),
       return host_memory((void**)stream, HANDLE_SIZE);)
ANSWER(cudaStreamCreateWithPriority, (cudaStream_t * stream, unsigned flags, int priority), (stream, flags, priority),
       return host_memory((void**)stream, HANDLE_SIZE);)
ANSWER(cudaStreamDestroy, (cudaStream_t stream), (stream), free(stream);)
ANSWER(cudaStreamSynchronize, (cudaStream_t stream), (stream))
ANSWER(cudaStreamQuery, (cudaStream_t stream), (stream))
ANSWER(cudaStreamIsCapturing, (cudaStream_t stream, enum cudaStreamCaptureStatus* status), (stream, status), *status = 0;)
ANSWER(cudaEventCreateWithFlags, (cudaEvent_t * event, unsigned flags), (event, flags), return host_memory((void**)event, HANDLE_SIZE);)
ANSWER(cudaEventDestroy, (cudaEvent_t event), (event), free(event);)
ANSWER(cudaEventRecord, (cudaEvent_t event, cudaStream_t stream), (event, stream))
ANSWER(cudaEventQuery, (cudaEvent_t event), (event))
ANSWER(cudaEventSynchronize, (cudaEvent_t event), (event))
