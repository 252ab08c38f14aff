"""The official OpenAI clients against a running engine: `make conformance`.

`python/` runs in the virtual environment of each Python client, `node/` under Node; both know the engine by its
address alone and import nothing of ours.
"""
