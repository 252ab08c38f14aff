"""Where web servers and the `flask` command find the application."""

from chatbot import create_app

app = create_app()


def engine():
    """The engine alone, without the site (`flask engine`)."""
    return app.extensions["homegrown"].engine
