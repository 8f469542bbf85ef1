"""What carries a call: a browser's WebSocket, a recorded file, the local microphone."""
