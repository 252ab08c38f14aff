"""The trainer: a process of its own that works on one job folder (`python -m chatbot.engine.trainer FOLDER`).

It reads the request and the data, trains a LoRA adapter on a frozen base, writes events and state as it goes, and
leaves finished models behind. It knows nothing of HTTP. Only this package and `encoders` import torch.

    __main__      one job from start to its last state, whatever happens
    job           the story of a training
    dataset       lines of JSON to token ids, with a mark on every trained token
    objectives    what is wanted: answers that become likely, or preferred ones likelier than others
    batches       which examples form which step, from the seed alone
    hyperparameters   what “auto” means
    model, attention, lora, loss   the computation
    loop          steps and validation
    checkpoints   what a killed training continues from
    report        events, metrics file, time left
    publish       the folder of a finished model
    failures      exceptions as sentences
    dequantise    a base model as transformers wants it
"""
