"""The sample target: a service with an HTTP dependency and a Redis dependency, made to hold."""
