"""The HTTP API: thin routes over the services. Who asks is told here and nowhere below."""
