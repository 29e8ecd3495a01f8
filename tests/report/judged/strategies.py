"""Any judgement at all, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from rightrate.diagnosis import Finding, Severity
from rightrate.scoring.figure import Figure
from rightrate.verdict import Band, Comparison, Criterion, Judgement, OperatingPoint, Outcome, Slice, Status

# Any characters, lone surrogates and control characters among them.
texts = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["=1+1", "a|b", "@you", "::error::x", "]]>", "<b>", "a\r\nb"]
)
shares = st.floats(0, 1)
numbers = st.floats(-1e9, 1e9)
measured = st.builds(
    lambda value, ends, n: Figure(value, *(ends or (None, None)), n),
    numbers | shares | st.integers(-5, 10**6),
    st.none() | st.tuples(numbers, numbers).map(sorted),
    st.none() | st.integers(0, 10**7) | st.floats(0, 1e6),
)
figures = measured | st.builds(Figure.missing, texts, st.none() | st.integers(0, 100))
metric_names = st.sampled_from(["recall", "precision", "mcc", "log_loss", "macro_f1", "support", "r2"]) | texts
metrics = st.dictionaries(metric_names, figures, max_size=4)


@st.composite
def criteria(draw) -> Criterion:
    bar = {draw(st.sampled_from(["minimum", "maximum"])): draw(numbers)}
    return Criterion(
        draw(texts), draw(texts), draw(metric_names), draw(figures), draw(st.sampled_from(Status)), draw(st.booleans()), draw(texts),
        class_name=draw(st.none() | texts), band=draw(st.none() | st.sampled_from(Band)), advice=draw(texts),
        needed=draw(st.none() | st.integers(0, 10**6)), blocks=draw(st.booleans()), reason=draw(texts), **bar,
    )  # fmt: skip


@st.composite
def judgements(draw) -> Judgement:
    names = tuple(draw(st.lists(texts, max_size=4, unique=True)))
    square = st.tuples(*[st.tuples(*[st.integers(0, 10**6)] * len(names))] * len(names))
    plain = st.dictionaries(texts, st.none() | numbers | texts | st.integers(), max_size=3)
    return Judgement(
        draw(st.sampled_from(Outcome)),
        draw(texts),
        tuple(draw(st.lists(criteria(), max_size=4))),
        tuple(draw(st.lists(st.builds(Finding, texts, texts, st.sampled_from(Severity), texts, plain), max_size=3))),
        tuple(draw(st.lists(texts, max_size=3))),
        draw(metrics),
        {name: draw(metrics) for name in names},
        draw(st.just(()) | square),
        names,
        draw(st.none() | texts),
        draw(st.sampled_from(["binary", "multiclass", "multilabel", "regression", "tokens"])),
        draw(st.integers(0, 10**9)),
        draw(st.none() | shares),
        tuple(
            draw(
                st.lists(
                    st.builds(
                        OperatingPoint,
                        texts,
                        st.none() | shares,
                        st.booleans(),
                        figures,
                        figures,
                        figures,
                        texts,
                        st.none() | numbers,
                    ),
                    max_size=2,
                )
            )
        ),
        draw(
            st.none()
            | st.builds(
                Comparison,
                texts,
                st.none() | st.integers(0, 999),
                st.none() | st.integers(0, 999),
                st.none() | shares,
                metrics,
                texts,
            )
        ),
        tuple(draw(st.lists(st.builds(Slice, texts, texts, metric_names, figures), max_size=2))),
        draw(plain),
        draw(st.dictionaries(texts, texts, max_size=3)),
    )
