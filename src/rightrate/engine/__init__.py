"""The only code that knows Keras and TensorFlow. It neither prints nor writes files.

`backend.py` may be imported without TensorFlow; every other module here needs it. Call
`backend.require_keras()` first: its errors say how to mend a missing or unfitting installation.
"""
