"""Texts to vectors, in a process of its own (`python -m chatbot.engine.encoders FOLDER LONGEST [ADAPTER]`).

    __main__      the process: a request a line
    transformer   BERT, MPNet and RoBERTa, in torch
    packed        its matrices, laid out for short texts
    lora          what tuning adds to their weights
    *.safetensors what `make tune-embeddings` learned from questions of customers
"""
