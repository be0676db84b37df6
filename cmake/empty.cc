// Gives a module without sources of its own (headers, generated code) something to archive.
