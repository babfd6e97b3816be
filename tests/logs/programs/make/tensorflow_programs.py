"""Programs of TensorFlow and Keras."""
import numpy
import scenario
import tensorflow as tf
from scenario import fails

P = "program-exception"
keras = tf.keras


@fails(P, "xla")
def shapes_of_a_product():
    tf.matmul(tf.ones((3, 4)), tf.ones((5, 6)))


@fails(P, "xla")
def model_with_another_input():
    model = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10)])
    model(tf.ones((2, 700)))


@fails(P, "xla")
def labels_out_of_range():
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    model.fit(numpy.ones((8, 4)), numpy.full(8, 7), verbose=0)


@fails(P, "tf")
def fit_with_unequal_lengths():
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
    model.compile(loss="mse")
    model.fit(numpy.ones((8, 4)), numpy.ones((7, 3)))


@fails(P, "oldtf")
def file_of_records():
    for _ in tf.data.TFRecordDataset("/data/train-00000.tfrecord"):
        pass


@fails(P, "oldtf")
def incompatible_shapes():
    @tf.function
    def f(a, b):
        return tf.reshape(a, [-1]) + tf.reshape(b, [-1])
    f(tf.ones((2, 3)), tf.ones((2, 4)))


@fails(P, "tf")
def model_file():
    keras.models.load_model("/home/user/models/gpu-best.keras")


@fails(P, "tf")
def embedding_index():
    keras.layers.Embedding(10, 4)(tf.constant([12]))


@fails(P, "xla")
def generator_that_fails():
    def generate():
        yield numpy.ones(3)
        raise KeyError("image_path")
    for _ in tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec((3,))):
        pass


@fails(P, "tf")
def dtype_of_operands():
    tf.ones(3) + tf.ones(3, tf.int32)


@fails(P, "xla")
def python_error_in_a_graph():
    @tf.function
    def f(x):
        return undefined_gpu_helper(x)
    f(tf.ones(3))


@fails("numeric-nan", "tf")
def check_numerics():
    tf.debugging.check_numerics(tf.math.log(tf.constant([-1.0])), "loss of step 12")


@fails("numeric-nan", "xla")
def numerics_of_everything():
    tf.debugging.enable_check_numerics()
    tf.math.log(tf.constant([-1.0, 0.0]))


@fails("numeric-nan", "tf")
def loss_of_a_fit():
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(1e30))
    model.fit(numpy.full((64, 4), 1e10), numpy.ones(64), verbose=2, epochs=3, callbacks=[keras.callbacks.TerminateOnNaN()])
    raise SystemExit(1)


if __name__ == "__main__":
    scenario.main()
