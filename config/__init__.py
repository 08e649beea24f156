"""The roof: settings, wiring, addresses. It knows everybody and nobody knows it."""
