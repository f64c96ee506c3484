"""Reads an OpenAPI document: requests with valid bodies, and the login.

Of the libraries that make examples of JSON schemas, those that give the same one each time are for
JavaScript (openapi-sampler); Python's draw at random (hypothesis-jsonschema) or invent names
(jsf). So the examples are made here, and tests hold them to the schemas by `jsonschema`.
"""
