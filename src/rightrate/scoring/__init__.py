"""How good predictions are: figures with their intervals, from scikit-learn and SciPy. Pure arrays in, values out."""
