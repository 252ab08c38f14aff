"""How fast the engine answers beside bare llama.cpp, measured on this machine: `make bench-serve`."""
