"""Programs of JAX."""
import jax
import jax.numpy as jnp
import scenario
from scenario import fails

P = "program-exception"


@fails(P, "jax")
def branch_on_a_tracer():
    jax.jit(lambda x: x if x > 0 else -x)(1.0)


@fails(P, "jax")
def tracer_to_numpy():
    import numpy
    jax.jit(lambda x: numpy.sin(x))(jnp.ones(3))


@fails(P, "jax")
def shape_from_a_tracer():
    jax.jit(lambda n: jnp.zeros(n))(3)


@fails(P, "jax")
def shapes_of_a_product():
    jnp.ones((3, 4)) @ jnp.ones((5, 6))


@fails(P, "jax")
def broadcast():
    jnp.ones((3, 4)) + jnp.ones((3, 5))


@fails(P, "jax")
def gradient_of_a_vector():
    jax.grad(lambda x: x * 2)(jnp.ones(3))


@fails(P, "jax")
def item_assignment():
    x = jnp.ones(3)
    x[0] = 2


@fails(P, "jax")
def scan_that_changes_its_carry():
    jax.lax.scan(lambda c, x: (jnp.concatenate([c, c]), x), jnp.ones(2), jnp.ones(3))


@fails(P, "jax")
def leaked_tracer():
    kept = []
    jax.jit(lambda x: kept.append(x) or x)(1.0)
    print(kept[0] + 1)


@fails(P, "jax")
def argument_of_no_type():
    jax.jit(lambda x: x)("cuda:0")


@fails(P, "jax")
def sharding_that_does_not_divide():
    mesh = jax.make_mesh((1,), ("gpu",))
    jax.vmap(lambda x, y: x + y)(jnp.ones(3), jnp.ones(4))
    print(mesh)


@fails("numeric-nan", "jax")
def debug_nans():
    jax.config.update("jax_debug_nans", True)
    jax.jit(lambda x: jnp.log(x) - jnp.log(x))(jnp.zeros(2))


@fails("numeric-nan", "jax")
def debug_infs():
    jax.config.update("jax_debug_infs", True)
    jnp.divide(1.0, jnp.zeros(2))


@fails(P, "jax")
def unknown_device_index():
    jax.devices()[4]


if __name__ == "__main__":
    jax.config.update("jax_platforms", "cpu")
    scenario.main()
