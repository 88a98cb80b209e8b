"""What happens to a call in a queue: it waits, is served, or leaves.

Source: https://www.twilio.com/docs/voice/twiml/enqueue
    https://www.twilio.com/docs/voice/twiml/queue
"""

from typing import Any

from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

FULL = 22005
LONGEST_NAME = 64


class Waiting(TwilioResource):
    """Queues, and who waits in them."""

    def waiting(self, doc: Doc) -> list[Doc]:
        """List who waits in a queue, the first in front."""
        return self.mirror.queue_members.find(
            queue_sid=doc["id"], status="waiting", newest_first=False
        )

    # Coming in.

    def enqueue(self, call: Doc, verb: Doc) -> None:
        """Let a call wait in the queue that `<Enqueue>` names, which is made if it isn't there.

        Source: https://www.twilio.com/docs/voice/twiml/enqueue
        """
        account, name = call["account_sid"], verb["text"]
        calls = self.mirror.calls
        if not name or len(name) > LONGEST_NAME:
            calls.fault(call, 12200)
            self._tell(call, verb, {"QueueResult": "error"})
            return
        doc = self.mirror.queues.named(account, name)
        if doc is None:
            size = {"size": verb["maxQueueSize"]} if verb["maxQueueSize"] else {}
            doc = self.mirror.queues.lay_out(account, name, **size)
        if len(self.waiting(doc)) >= doc["max_size"]:
            calls.fault(call, FULL)
            self._tell(call, verb, {"QueueResult": "queue-full", "QueueSid": doc["sid"]})
            return
        member = self.mirror.queue_members.stand(doc, call)
        calls.note(call, "enqueued", name)
        wait = [calls.given(call, verb["waitUrl"]), verb["waitUrlMethod"]]
        queued = {"member": member["id"], "queue": doc["sid"], "verb": verb, "wait": wait}
        call = calls.save(call | {"_queued": queued})
        if not self.match(doc["sid"]) and wait[0]:
            calls.enter(call, "queue", wait, **self.place_of(call))

    def entertain(self, call: Doc) -> None:
        """Ask anew what those who wait should hear."""
        self.mirror.calls.ask(call, *call["_frames"][-1]["again"], **self.place_of(call))

    def place_of(self, call: Doc) -> dict[str, str]:
        """Return what a document of a queue is told.

        Source: https://www.twilio.com/docs/voice/twiml/enqueue#attributes-waiturl-parameters
        """
        doc = self.get(call["_queued"]["queue"])
        waiting = self.waiting(doc)
        members = self.mirror.queue_members
        waits = [members.waited(each) for each in waiting]
        ids = [each["id"] for each in waiting]
        position = ids.index(call["_queued"]["member"]) + 1
        return {
            "QueuePosition": str(position),
            "QueueSid": doc["sid"],
            "QueueTime": str(waits[position - 1]),
            "AvgQueueTime": str(sum(waits) // len(waits)),
            "CurrentQueueSize": str(len(waits)),
            "MaxQueueSize": str(doc["max_size"]),
        }

    # Being served.

    def dial(self, agent: Doc, noun: Doc, timeout: int) -> None:
        """Connect a call with the first who waits, or wait for somebody.

        Source: https://www.twilio.com/docs/voice/twiml/queue
        """
        doc = self.mirror.queues.named(agent["account_sid"], noun["text"])
        if doc is None:
            self.mirror.calls.dialed(agent, "failed", None)
            return
        agent["_dialing"]["queue"] = doc["sid"]
        agent["_dialing"]["noun"] = noun
        self.mirror.calls.save(agent)
        self.save(doc | {"_serving": [*doc["_serving"], agent["sid"]]})
        if not self.match(doc["sid"]):
            self.mirror.calls.later(timeout, "wait_over", agent)

    def match(self, sid: str) -> bool:
        """Connect the first who waits with the first who serves; tell whether there were both."""
        doc = self.get(sid)
        waiting = self.waiting(doc)
        if not waiting or not doc["_serving"]:
            return False
        calls = self.mirror.calls
        agent, *rest = doc["_serving"]
        self.save(doc | {"_serving": rest})
        member = self.mirror.queue_members.serve(waiting[0], agent)
        self.mirror.cancel_timers("calls.wait_over", id=agent)
        server = calls.get(agent)
        call = calls.get(member["call_sid"])
        if calls.frame_of(call) == "queue":
            call = calls.back(call)
        call["_queued"]["agent"] = agent
        call = calls.save(call)
        server["_dialing"] |= {"member": member["id"]}
        calls.save(server)
        noun = server["_dialing"]["noun"]
        url = calls.given(server, noun["url"])
        if url:
            told = {
                "QueueSid": sid,
                "QueueTime": str(member["wait_time"]),
                "DequeingCallSid": agent,
            }
            calls.enter(call, "connecting", [url, noun["method"]], **told)
        else:
            self.connect(call)
        return True

    def connect(self, call: Doc) -> None:
        """Let a caller from a queue and whoever dialed it talk."""
        calls = self.mirror.calls
        agent = calls.get(call["_queued"]["agent"])
        call = calls.save(call | {"_partner": agent["sid"]})
        agent["_dialing"]["bridged"] = True
        agent = calls.save(agent | {"_partner": call["sid"]})
        for one, other in ((call, agent), (agent, call)):
            calls.note(one, "connected", self.mirror.participants.name_of(other))
            calls.save(one)
        calls.record_from(calls.get(agent["sid"]), "answer")
        calls.later(agent["_dialing"]["verb"]["timeLimit"], "part_by_time", agent)
        calls.converse(calls.get(call["sid"]))
        calls.converse(calls.get(agent["sid"]))

    def part(self, agent: Doc) -> None:
        """Let the two who talk go on by themselves."""
        calls = self.mirror.calls
        self.mirror.cancel_timers("calls.part_by_time", id=agent["sid"])
        call = calls.get(agent["_partner"])
        calls.save(agent | {"_partner": None})
        self._release(call, "bridged")
        agent = calls.get(agent["sid"])
        if agent["_dialing"] and agent["status"] == "in-progress":
            member = self.mirror.queue_members.get(agent["_dialing"]["member"])
            told = {
                "QueueSid": member["queue_sid"],
                "QueueTime": str(member["wait_time"]),
                "DequeingCallSid": agent["sid"],
            }
            calls.dialed(agent, "completed", call, **told)

    def let_go(self, agent: Doc) -> None:
        """Let a call that ends or does something else serve no longer."""
        calls = self.mirror.calls
        for doc in self.find(account_sid=agent["account_sid"]):
            if agent["sid"] in doc["_serving"]:
                left = [each for each in doc["_serving"] if each != agent["sid"]]
                self.save(doc | {"_serving": left})
        self.mirror.cancel_timers("calls.wait_over", id=agent["sid"])
        if agent["_partner"]:
            call = calls.get(agent["_partner"])
            calls.save(calls.get(agent["sid"]) | {"_partner": None})
            self._release(call, "bridged")

    # Leaving.

    def leave(self, call: Doc, how: str) -> None:
        """Let a call leave its queue and go on with its own document."""
        while self.mirror.calls.frame_of(call):
            call = self.mirror.calls.back(call)
        self._release(call, how)

    def gone(self, call: Doc, how: str) -> None:
        """Let a call that ends or is told to do something else be out of its queue.

        Its action is told right away, and what it answers isn't done.

        Source: https://www.twilio.com/docs/voice/twiml/enqueue#attributes-action
        """
        calls, queued = self.mirror.calls, call["_queued"]
        agent = call["_partner"] or queued.get("agent")
        if how == "redirected" and call["_partner"]:
            how = "redirected-from-bridged"
        elif how == "hangup" and agent:
            how = "bridged" if call["_partner"] else "bridging-in-process"
        call = calls.save(call | {"_queued": None, "_partner": None})
        member = self.mirror.queue_members.leave(queued["member"], how)
        verb = queued["verb"]
        url = calls.given(call, verb["action"])
        if url:
            calls.tell(call, url, verb["method"], **self._result(member, how))
        if agent:
            server = calls.get(agent)
            calls.save(server | {"_partner": None})
            if server["_dialing"] and server["status"] == "in-progress":
                status = "completed" if server["_dialing"]["bridged"] else "no-answer"
                calls.dialed(calls.get(agent), status, call)

    def _release(self, call: Doc, how: str) -> None:
        """Let a call go on after its `<Enqueue>`."""
        queued: Any = call["_queued"]
        call = self.mirror.calls.save(call | {"_queued": None, "_partner": None})
        member = self.mirror.queue_members.leave(queued["member"], how)
        if call["status"] == "in-progress":
            self._tell(call, queued["verb"], self._result(member, how))

    def _result(self, member: Doc, how: str) -> dict[str, str]:
        return {
            "QueueResult": how,
            "QueueSid": member["queue_sid"],
            "QueueTime": str(member["wait_time"]),
        }

    def _tell(self, call: Doc, verb: Doc, told: dict[str, str]) -> None:
        """Ask the action of `<Enqueue>` how to go on, or do so."""
        if verb["action"]:
            self.mirror.calls.ask_next(call, verb["action"], verb["method"], **told)
        else:
            self.mirror.calls.go(call)
