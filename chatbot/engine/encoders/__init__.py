"""Texts to vectors, in a process of its own (`python -m chatbot.engine.encoders KIND FOLDER`).

    __main__      the process: a request a line
    transformer   BERT and MPNet, in torch
    multilingual  Google's universal sentence encoder for 16 languages, in numpy
"""
