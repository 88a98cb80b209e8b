"""Verify's rate limits: keys of the application's own, and how often each value may come.

Source: https://www.twilio.com/docs/verify/api/service-rate-limits
    https://www.twilio.com/docs/verify/api/service-rate-limit-buckets
"""

import re

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.limits import Window
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import (
    CreateBucket,
    CreateRateLimit,
    UpdateBucket,
    UpdateRateLimit,
    whole,
)
from mirra_mcp.wire.model import Doc

UNIQUE_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
MOST_LIMITS, MOST_BUCKETS = 10, 5
"""Ours: Twilio has such limits, and doesn't tell them."""
LIMITS = "/v2/Services/{ServiceSid}/RateLimits"
LIMIT = "/v2/Services/{ServiceSid}/RateLimits/{Sid}"
BUCKETS = "/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets"
BUCKET = "/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}"
MOST = 999_999_999


class VerifyRateLimits(TwilioResource):
    """Keys by which a service counts verifications."""

    entity, plural, prefix = "verify_rate_limit", "verify_rate_limits", "RK"
    names = ("unique_name",)
    indexes = ("account_sid", "service_sid", "unique_name")
    blank = {
        "sid": None,
        "service_sid": None,
        "account_sid": None,
        "unique_name": None,
        "description": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "links": None,
    }

    @route(f"POST {LIMITS}", status=201)
    def create(self, ServiceSid: str, params: CreateRateLimit) -> Doc:
        """Add a key; without buckets it limits nothing."""
        self.mirror.verify_services.get(ServiceSid)
        if not UNIQUE_NAME.fullmatch(params.unique_name):
            raise errors.refuse(60209)
        if self.count(service_sid=ServiceSid, unique_name=params.unique_name):
            raise errors.refuse(60208)
        if self.count(service_sid=ServiceSid) >= MOST_LIMITS:
            raise errors.refuse(60207)
        fields = params.model_dump()
        return self.view(self.save(self.new(service_sid=ServiceSid, **fields)))

    @route(f"GET {LIMITS}")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List the keys of a service, newest first."""
        self.mirror.verify_services.get(ServiceSid)
        return self.listed(call, "rate_limits", service_sid=ServiceSid)

    @route(f"GET {LIMIT}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one key."""
        return self.view(self.within(ServiceSid, Sid))

    @route(f"POST {LIMIT}")
    def update(self, ServiceSid: str, Sid: str, params: UpdateRateLimit) -> Doc:
        """Describe a key anew."""
        doc = self.within(ServiceSid, Sid)
        if params.description is None:
            return self.view(self.change(doc))
        return self.view(self.change(doc, description=params.description))

    @route(f"DELETE {LIMIT}", status=204)
    def delete(self, ServiceSid: str, Sid: str) -> None:
        """Remove a key with its buckets."""
        doc = self.within(ServiceSid, Sid)
        for bucket in self.mirror.verify_buckets.find(rate_limit_sid=Sid):
            self.mirror.verify_buckets.drop(bucket)
        self.drop(doc)

    def within(self, service: str, sid: str) -> Doc:
        """Return a key of a service.

        Raises:
            VendorError: the service has none of this SID.
        """
        doc = self.get(sid)
        if doc["service_sid"] != service:
            raise self.missing(sid)
        return doc

    def admit(self, service: Doc, values: Doc) -> None:
        """Count a verification by the values that came with it.

        Raises:
            VendorError: a name is unknown, or a bucket is full.
        """
        windows = []
        for name, value in values.items():
            limit = self.first(service_sid=service["sid"], unique_name=name)
            if limit is None:
                raise errors.invalid("RateLimits")
            windows += [
                Window(f"{bucket['sid']} {value}", bucket["max"], bucket["interval"])
                for bucket in self.mirror.verify_buckets.find(rate_limit_sid=limit["sid"])
            ]
        if not self.mirror.rates.take(windows, self.now):
            raise refusal(20429, message="Too many requests")

    def path_of(self, doc: Doc) -> str:
        """Return the path of a key."""
        return f"/v2/Services/{doc['service_sid']}/RateLimits/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the path of a key's buckets."""
        return {"buckets": f"{self.path_of(doc)}/Buckets"}


class VerifyBuckets(TwilioResource):
    """How many verifications a key's value gets in how many seconds."""

    entity, plural, prefix = "verify_bucket", "verify_buckets", "BL"
    names = ()
    indexes = ("account_sid", "service_sid", "rate_limit_sid", "interval")
    blank = {
        "sid": None,
        "rate_limit_sid": None,
        "service_sid": None,
        "account_sid": None,
        "max": None,
        "interval": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
    }

    @route(f"POST {BUCKETS}", status=201)
    def create(self, ServiceSid: str, RateLimitSid: str, params: CreateBucket) -> Doc:
        """Add a bucket to a key: one for each length of time."""
        self.mirror.verify_rate_limits.within(ServiceSid, RateLimitSid)
        most, interval = whole("Max", params.max, 1, MOST), self._interval(params.interval)
        if self.count(rate_limit_sid=RateLimitSid, interval=interval):
            raise errors.refuse(60211)
        if self.count(rate_limit_sid=RateLimitSid) >= MOST_BUCKETS:
            raise errors.refuse(60210)
        doc = self.new(service_sid=ServiceSid, rate_limit_sid=RateLimitSid)
        return self.view(self.save(doc | {"max": most, "interval": interval}))

    @route(f"GET {BUCKETS}")
    def list(self, ServiceSid: str, RateLimitSid: str, call: Call) -> Doc:
        """List the buckets of a key, newest first."""
        self.mirror.verify_rate_limits.within(ServiceSid, RateLimitSid)
        return self.listed(call, "buckets", rate_limit_sid=RateLimitSid)

    @route(f"GET {BUCKET}")
    def fetch(self, ServiceSid: str, RateLimitSid: str, Sid: str) -> Doc:
        """Return one bucket."""
        return self.view(self._within(ServiceSid, RateLimitSid, Sid))

    @route(f"POST {BUCKET}")
    def update(self, ServiceSid: str, RateLimitSid: str, Sid: str, params: UpdateBucket) -> Doc:
        """Change how many, or in how long."""
        doc = self._within(ServiceSid, RateLimitSid, Sid)
        if params.max:
            doc["max"] = whole("Max", params.max, 1, MOST)
        if params.interval:
            interval = self._interval(params.interval)
            if interval != doc["interval"] and self.count(
                rate_limit_sid=RateLimitSid, interval=interval
            ):
                raise errors.refuse(60211)
            doc["interval"] = interval
        return self.view(self.change(doc))

    @route(f"DELETE {BUCKET}", status=204)
    def delete(self, ServiceSid: str, RateLimitSid: str, Sid: str) -> None:
        """Remove a bucket."""
        self.drop(self._within(ServiceSid, RateLimitSid, Sid))

    def path_of(self, doc: Doc) -> str:
        """Return the path of a bucket."""
        limit = f"/v2/Services/{doc['service_sid']}/RateLimits/{doc['rate_limit_sid']}"
        return f"{limit}/Buckets/{doc['sid']}"

    def _interval(self, text: str) -> int:
        return whole("Interval", text, 1, MOST)

    def _within(self, service: str, limit: str, sid: str) -> Doc:
        self.mirror.verify_rate_limits.within(service, limit)
        doc = self.get(sid)
        if doc["rate_limit_sid"] != limit:
            raise self.missing(sid)
        return doc
