/* Streams, events and the size of the memory: a client that starts a device makes a few of them and asks after them, though nothing ever
 * runs. Part of cuda_double.c. */

enum { GRANULARITY = 2 << 20, RECORD_SIZE = 64, HIGHEST_PRIORITY = -5, FREE_PERCENT = 95 };

static int make_record(void** record) {
  if (!current_context) return INVALID_CONTEXT;
  *record = calloc(1, RECORD_SIZE);
  return *record ? SUCCESS : OUT_OF_MEMORY;
}

EXPORTED int cuCtxSynchronize(void) {
  ASKED();
  return current_context ? SUCCESS : INVALID_CONTEXT;
}

EXPORTED int cuCtxGetStreamPriorityRange(int* least, int* greatest) {
  ASKED();
  if (least) *least = 0;
  if (greatest) *greatest = HIGHEST_PRIORITY;
  return SUCCESS;
}

EXPORTED int cuMemGetInfo_v2(size_t* available, size_t* total) {
  ASKED();
  if (!current_context) return INVALID_CONTEXT;
  *total = GPU_MEMORY_MIB << 20;
  *available = *total / 100 * FREE_PERCENT;
  return SUCCESS;
}

EXPORTED int cuMemGetAllocationGranularity(size_t* bytes, const void* properties, int option) {
  ASKED();
  (void)properties;
  (void)option;
  *bytes = GRANULARITY;
  return SUCCESS;
}

EXPORTED int cuMulticastGetGranularity(size_t* bytes, const void* properties, int option) {
  ASKED();
  (void)properties;
  (void)option;
  *bytes = GRANULARITY;
  return SUCCESS;
}

EXPORTED int cuThreadExchangeStreamCaptureMode(int* mode) {
  ASKED();
  *mode = 0;
  return SUCCESS;
}

EXPORTED int cuStreamCreate(void** stream, unsigned flags) {
  ASKED();
  (void)flags;
  return make_record(stream);
}

EXPORTED int cuStreamCreateWithPriority(void** stream, unsigned flags, int priority) {
  ASKED();
  (void)flags;
  (void)priority;
  return make_record(stream);
}

EXPORTED int cuStreamGetCtx(void* stream, void** context) {
  ASKED();
  (void)stream;
  *context = current_context;
  return SUCCESS;
}

EXPORTED int cuStreamIsCapturing(void* stream, int* status) {
  ASKED();
  (void)stream;
  *status = 0;
  return SUCCESS;
}

EXPORTED int cuEventCreate(void** event, unsigned flags) {
  ASKED();
  (void)flags;
  return make_record(event);
}

EXPORTED int cuEventElapsedTime(float* milliseconds, void* start, void* end) {
  ASKED();
  (void)start;
  (void)end;
  *milliseconds = 0;
  return SUCCESS;
}

#define FREES(name)                 \
  EXPORTED int name(void* record) { \
    ASKED();                        \
    free(record);                   \
    return SUCCESS;                 \
  }
/* Nothing runs, so everything is done. */
#define IS_DONE(name)       \
  EXPORTED int name(void) { \
    ASKED();                \
    return SUCCESS;         \
  }

FREES(cuStreamDestroy_v2)
FREES(cuEventDestroy_v2)
IS_DONE(cuStreamSynchronize)
IS_DONE(cuStreamQuery)
IS_DONE(cuStreamWaitEvent)
IS_DONE(cuEventRecord)
IS_DONE(cuEventRecordWithFlags)
IS_DONE(cuEventQuery)
IS_DONE(cuEventSynchronize)
