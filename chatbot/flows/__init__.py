"""The stories, as plain functions: what a page and a command do alike is told once, here. No Flask, no SQL, no openai."""
