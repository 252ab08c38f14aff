"""What happens when processes are killed and files are damaged.

The tests are part of `make test`; `make faults` kills trainings many times at random moments.
"""
