"""Counts the floating-point operations of a graph's ops, to say what a step costs without timing it.

Counted are the ops that dominate neural networks; everything else is taken as free. Wall time follows such a
count within about 13 % (Nautilus, SIGMOD 2022, from the authors' logs).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any


def count(ops: Iterable[Any]) -> int:
    """Multiply-adds of all ops together; 0 where none of the counted kinds is among them."""
    return sum(_multiply_adds(op) for op in ops)


def countable(ops: Iterable[Any]) -> bool:
    """Whether `ops` hold no loop, whose body runs a number of times that the graph does not tell."""
    return not any(op.type in ("While", "StatelessWhile") for op in ops)


def _elements(tensor: Any) -> int:
    return prod(d or 1 for d in tensor.shape.as_list()) if tensor.shape.rank is not None else 0


def _multiply_adds(op: Any) -> int:
    kind = op.type
    if kind in ("MatMul", "_FusedMatMul"):
        inner = op.inputs[0].shape[0 if op.get_attr("transpose_a") else 1] or 1
        return int(_elements(op.outputs[0]) * inner)
    if kind in ("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"):
        inner = op.inputs[0].shape[-2 if op.get_attr("adj_x") else -1] or 1
        return int(_elements(op.outputs[0]) * inner)
    if kind == "Einsum":
        return _einsum(op)
    if kind in ("Conv2D", "Conv3D"):
        return _convolution(output=op.outputs[0], kernel=op.inputs[1])
    if kind == "DepthwiseConv2dNative":
        return int(_elements(op.outputs[0]) * prod(op.inputs[1].shape[:2]))
    # A convolution's two gradients do the work of its forward pass each.
    if kind in ("Conv2DBackpropInput", "Conv3DBackpropInputV2"):
        return _convolution(output=op.inputs[2], kernel=op.inputs[1])
    if kind in ("Conv2DBackpropFilter", "Conv3DBackpropFilterV2"):
        return _convolution(output=op.inputs[2], kernel=op.outputs[0])
    if kind == "DepthwiseConv2dNativeBackpropInput":
        return int(_elements(op.inputs[2]) * prod(op.inputs[1].shape[:2]))
    if kind == "DepthwiseConv2dNativeBackpropFilter":
        return int(_elements(op.inputs[2]) * prod(op.outputs[0].shape[:2]))
    return 0


def _convolution(output: Any, kernel: Any) -> int:
    shape = kernel.shape.as_list()
    return int(_elements(output) * prod(d or 1 for d in shape[:-1]))


def _einsum(op: Any) -> int:
    equation = op.get_attr("equation").decode()
    left = equation.split("->")[0].split(",")
    sizes: dict[str, int] = {}
    for letters, tensor in zip(left, op.inputs, strict=True):
        if "." in letters or tensor.shape.rank is None:
            return _elements(op.outputs[0])
        sizes |= {letter: size or 1 for letter, size in zip(letters, tensor.shape.as_list(), strict=True)}
    return prod(sizes.values())
