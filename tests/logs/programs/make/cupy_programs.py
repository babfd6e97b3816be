"""Programs of CuPy and NumPy; on a machine without a GPU only what fails before the first kernel."""
import numpy
import scenario
from scenario import fails

P = "program-exception"


@fails(P, "smi")
def broadcast_before_upload():
    batch = numpy.ones((3, 4)) + numpy.ones((3, 5))
    import cupy
    cupy.asarray(batch)


@fails(P, "smi")
def kernel_argument():
    import cupy
    cupy.RawKernel(12, "add")


@fails("host-out-of-memory", "smi")
def array_on_the_host():
    numpy.ones((1 << 21, 1 << 21))


@fails(P, "smi")
def names_of_numpy():
    numpy.array([1.0]).astype(numpy.float)


@fails("numeric-nan", "smi")
def nan_with_errors_raised():
    numpy.seterr(all="raise")
    numpy.log(numpy.array([-1.0]))


if __name__ == "__main__":
    scenario.main()
