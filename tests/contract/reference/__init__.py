"""A real model behind the contract double: SmolLM2-135M in torch, its weights those of the GGUF the product ships with."""
