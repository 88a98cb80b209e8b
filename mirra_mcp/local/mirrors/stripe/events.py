"""The types of events that the mirror can send. Source: https://docs.stripe.com/api/events/types"""

EVENT_TYPES: tuple[str, ...] = (
    "customer.created",
    "customer.deleted",
    "customer.updated",
)
