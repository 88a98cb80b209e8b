"""How arguments of several types are told to hosts, which know one type an argument.

Gemini drops a tool whose schema has an untyped property or `anyOf` in items, others the whole
list. So the schema names the type that an agent should send; whatever else makes sense is taken.
"""

from pydantic import WithJsonSchema

JSON_OBJECT = WithJsonSchema({"type": "object", "additionalProperties": True})
TEXTS = WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}})
TEXT = WithJsonSchema({"type": "string"})
VERDICTS = WithJsonSchema(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "criterion": {"type": "integer"},
                "result": {"type": "string", "enum": ["pass", "fail"]},
                "explanation": {"type": "string"},
            },
            "required": ["criterion", "result"],
        },
    }
)
