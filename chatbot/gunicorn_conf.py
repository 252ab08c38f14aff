"""How gunicorn serves Homegrown."""

worker_class = "gevent"  # half-open connections stop thread workers, not this one
workers = 1  # the embedded engine keeps one set of loaded models
worker_connections = 2000
timeout = 60
graceful_timeout = 30
keepalive = 5
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker):
    """Go on at once with the jobs, batches and evaluations that a stop left behind, and load the live model."""
    from threading import Thread

    from chatbot.flows import batch, evaluating
    from chatbot.flows.warm import keep_warm
    from wsgi import app

    house = app.extensions["homegrown"]
    house.start_jobs()
    house.client  # built now, not while the first visitor waits
    batch.WORK.start_unfinished(house)
    evaluating.WORK.start_unfinished(house)
    if house.embedded:
        Thread(target=keep_warm, args=(house,), name="warm", daemon=True).start()
