"""A digit reader as an ONNX graph: pixels in, probabilities out, the canonical pose inside.

The steps are those of `digits.preprocessing.canonical` and `digits.network`, written in ONNX's own
text form: a name, an operator, what it takes. Only the order of sums differs, and in float64 that
is too little to change a posed byte: what the network takes is the same.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import numpy_helper, parser

from digits.dataset import CLASSES, PIXELS, SIDE
from digits.network import Dense
from digits.parallel import row_slices
from digits.preprocessing.canonical import (
    FAINT,
    INK,
    LARGEST_FACTOR,
    MIDDLE,
    SPREAD_X,
    SPREAD_Y,
)
from digits.reader import DigitClassifier

OPSET = 20  # the first with AffineGrid, and with a GridSample that takes float64
INPUT, OUTPUT = "images", "probabilities"
ROWS = 1000  # that onnxruntime is given at a time, so that memory stays small

WITHOUT_POSE = "X = Cast<to=1>(rows)"

# Places in an image are -1 to 1 for ONNX, from the centre of the first pixel to that of the last.
CANONICAL = """
    # moments: the sums of 1, y, x, y², x² and xy over the ink
    mass_of_ink = Cast<to=11>(rows)
    sums = MatMul(mass_of_ink, powers)
    total, others = Split<axis=1>(sums, one_and_five)
    mass = Max(total, tiny)
    means = Div(others, mass)
    mean_y, mean_x, mean_yy, mean_xx, mean_xy = Split<axis=1, num_outputs=5>(means)
    square_y = Mul(mean_y, mean_y)
    square_x = Mul(mean_x, mean_x)
    product = Mul(mean_x, mean_y)
    var_y_or_0 = Sub(mean_yy, square_y)
    var_y = Max(var_y_or_0, tiny)
    var_x = Sub(mean_xx, square_x)
    covariance = Sub(mean_xy, product)
    slant = Div(covariance, var_y)

    # pose: an affine map from each canonical pixel to where its ink lies
    slanted = Mul(slant, covariance)
    upright = Sub(var_x, slanted)
    upright_x = Max(upright, zero)
    deviation_y = Sqrt(var_y)
    deviation_x = Sqrt(upright_x)
    factor_y = Div(deviation_y, spread_y)
    factor_x = Div(deviation_x, spread_x)
    scale_y = Clip(factor_y, smallest, largest)
    scale_x = Clip(factor_x, smallest, largest)
    shear = Mul(slant, scale_y)
    from_middle_y = Sub(mean_y, middle)
    from_middle_x = Sub(mean_x, middle)
    shift_y = Div(from_middle_y, middle)
    shift_x = Div(from_middle_x, middle)
    no_turn = Mul(shear, zero)
    six = Concat<axis=1>(scale_x, shear, shift_x, no_turn, scale_y, shift_y)
    theta = Reshape(six, affine_shape)
    ink = Reshape(mass_of_ink, image_shape)
    size = Shape(ink)
    grid = AffineGrid<align_corners=1>(theta, size)
    posed = GridSample<align_corners=1, mode="linear", padding_mode="zeros">(ink, grid)

    # pen: a share of the way to the most, or the least, of each pixel and its four neighbours
    most_of_column = MaxPool<kernel_shape=[3, 1], pads=[1, 0, 1, 0]>(posed)
    most_of_row = MaxPool<kernel_shape=[1, 3], pads=[0, 1, 0, 1]>(posed)
    thick = Max(most_of_column, most_of_row)
    paper = Neg(posed)
    least_of_column = MaxPool<kernel_shape=[3, 1], pads=[1, 0, 1, 0]>(paper)
    least_of_row = MaxPool<kernel_shape=[1, 3], pads=[0, 1, 0, 1]>(paper)
    least = Max(least_of_column, least_of_row)
    thin_paper = Mul(least, inside)
    amount = ReduceSum(posed, pixel_axes)
    to_thick = Sub(thick, posed)
    to_thin = Add(posed, thin_paper)
    added = ReduceSum(to_thick, pixel_axes)
    taken = ReduceSum(to_thin, pixel_axes)
    added_and_1 = Add(added, one)
    taken_and_1 = Add(taken, one)
    lack = Sub(wanted, amount)
    excess = Sub(amount, wanted)
    share_of_thick = Div(lack, added_and_1)
    share_of_thin = Div(excess, taken_and_1)
    thicken = Clip(share_of_thick, zero, one)
    thinned = Clip(share_of_thin, zero, one)
    gained = Mul(thicken, to_thick)
    lost = Mul(thinned, to_thin)
    with_gain = Add(posed, gained)
    one_pen = Sub(with_gain, lost)
    too_faint = Less(one_pen, faint)
    clear = Where(too_faint, zero, one_pen)
    whole = Round(clear)
    posed_rows = Reshape(whole, rows_shape)
    X = Cast<to=1>(posed_rows)
"""

# What each activation of `digits.network` is called.
OPERATORS = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "Relu",
    "linear": "Identity",
    "softmax": "Softmax<axis=1>",
}


def graph_of(reader: DigitClassifier, metadata: Mapping[str, str]) -> bytes:
    """The reader as an ONNX file, checked by ONNX's own checker; the same bytes every time.

    It takes `images`, (N, 28, 28) uint8, 255 = ink, and gives `probabilities`, (N, 10) float32.
    `metadata` goes along with it.
    """
    steps = CANONICAL if reader.preprocessing == "canonical" else WITHOUT_POSE
    lines = [line.split("#")[0].strip() for line in steps.splitlines()]
    lines += network_lines(reader.network.layers)
    model = parser.parse_model(
        f"""<ir_version: 9, opset_import: ["": {OPSET}], producer_name: "digits">
        digits (uint8[N, {SIDE}, {SIDE}] {INPUT}) => (float[N, {CLASSES}] {OUTPUT}) {{
            rows = Reshape({INPUT}, rows_shape)
            {chr(10).join(lines)}
        }}"""
    )
    taken = {name for node in model.graph.node for name in node.input}
    for name, value in (constants() | parameters(reader)).items():
        if name in taken:
            model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    onnx.helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def network_lines(layers: Sequence[Dense]) -> list[str]:
    """The forward pass from X, a line for each sum and each activation."""
    lines, a = [], "X"
    for number, layer in enumerate(layers, start=1):
        lines.append(f"z{number} = Gemm({a}, W{number}, b{number})")
        a = OUTPUT if number == len(layers) else f"a{number}"
        lines.append(f"{a} = {OPERATORS[layer.activation]}(z{number})")
    return lines


def constants() -> dict[str, np.ndarray]:
    """What the text names and does not compute: float64, or int64 shapes, axes and paddings."""
    y, x = np.mgrid[:SIDE, :SIDE].reshape(2, PIXELS).astype(np.float64)
    numbers = {
        "tiny": 1e-6,
        "zero": 0,
        "one": 1,
        "middle": MIDDLE,
        "spread_y": SPREAD_Y,
        "spread_x": SPREAD_X,
        "smallest": 1 / LARGEST_FACTOR,
        "largest": LARGEST_FACTOR,
        "wanted": 255 * INK,
        "faint": FAINT,
    }
    return {name: np.array(number, np.float64) for name, number in numbers.items()} | {
        "powers": np.stack([np.ones(PIXELS), y, x, y**2, x**2, x * y], axis=1),  # (784, 6)
        "inside": np.pad(np.ones((SIDE - 2, SIDE - 2)), 1),  # 0 on the rim, beside the paper
        "one_and_five": np.array([1, 5]),
        "rows_shape": np.array([-1, PIXELS]),
        "affine_shape": np.array([-1, 2, 3]),
        "image_shape": np.array([-1, 1, SIDE, SIDE]),
        "pixel_axes": np.array([2, 3]),
    }


def parameters(reader: DigitClassifier) -> dict[str, np.ndarray]:
    """W and b of each layer; the first weights take what a 1 in a pixel means."""
    named = {}
    for number, (W, b) in enumerate(reader.network.parameters, start=1):
        named[f"W{number}"] = W * reader.network.input_scale if number == 1 else W
        named[f"b{number}"] = b
    return named


def run(graph: bytes, images: np.ndarray) -> np.ndarray:
    """(N, 784) uint8 images -> (N, 10) float32 probabilities, as onnxruntime computes them."""
    import onnxruntime  # an extra of its own: a graph can be made without

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    squares = images.reshape(-1, SIDE, SIDE)
    found = [
        session.run([OUTPUT], {INPUT: squares[rows]})[0] for rows in row_slices(len(images), ROWS)
    ]
    return np.concatenate(found)
