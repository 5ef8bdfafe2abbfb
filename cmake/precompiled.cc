// Nothing: a target of its own to precompile headers with.
