"""Russian words to meaning: numbers, documents, intents."""
