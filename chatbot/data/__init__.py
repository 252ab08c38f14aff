"""Data, and nothing else: bytes → dialogues → examples → findings → prepared JSONL.

Pure: no disk, network, clock or Flask. What is asked for goes in, what comes out is records and bytes.
"""
