"""Ruby's own HTTP client, which the official SDKs are made of, is led without a proxy."""

import shutil

import pytest

from tests.reach import commands
from tests.reach.conftest import Place

APP = """
require "net/http"

def tried
  yield
rescue SystemCallError => problem
  problem.message.include?("was not called")
end

request = Net::HTTP::Get.new("/v1/customers")
request.basic_auth(ENV["STRIPE_SECRET_KEY"], "")
answer = Net::HTTP.start("api.stripe.com", 443, use_ssl: true) { |http| http.request(request) }
ENV["http_proxy"] = "http://127.0.0.1:9"
again = Net::HTTP.start("api.stripe.com", 443, use_ssl: true) { |http| http.request(request) }
puts answer.code, again.code
puts tried { Net::HTTP.get(URI("https://console.twilio.com/")) }
puts ENV["RESEND_BASE_URL"].inspect
puts tried { TCPSocket.new("api.stripe.com", 443) }
"""


@pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no Ruby")
def test_rubys_http_client_is_led(place: Place) -> None:
    done = commands.execute(
        place.folder, "--session", place.id, "--json", "--", "ruby", "-e", APP,
        env={"RUBYOPT": "-W0"},
    )  # fmt: skip
    assert done.stdout.split() == ["200", "200", "true", "nil", "true"], done.stderr
    assert commands.account(done)["live"] == [
        {"host": "console.twilio.com", "count": 1},
        {"host": "api.stripe.com", "count": 1},
    ]
