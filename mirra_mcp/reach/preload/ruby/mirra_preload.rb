# frozen_string_literal: true

# Leads calls of the vendors' hosts to a session's mirrors, in a program that knows nothing of it.
# Net::HTTP, which the official SDKs are made of, gets the mirror's address and no TLS for a vendor's
# host; the request itself stays as it is, `Host` included. Whatever else connects to such a host is
# refused. Nothing is required before the program does: its Gemfile chooses versions.
module MirraPreload
  class << self
    # Where a host's mirror listens, why it isn't called, or nil for an ordinary host.
    def find(host)
      name = host.to_s.downcase.delete_suffix(".")
      return if @config["live"].include?(name)

      vendor = @config["hosts"][name]
      if vendor.nil?
        domain, owner = @config["domains"].find { |each, _| name == each || name.end_with?(".#{each}") }
        return if domain.nil?

        vendor = @config["hosts"]["#{name.split(".").first}.#{domain}"] # without edge and region
      end
      @config["mirrors"][vendor] || refusal(name, vendor, owner)
    end

    def tell(what, about)
      report = ENV["MIRRA_PRELOAD_REPORT"]
      File.open(report, File::WRONLY | File::APPEND) { |file| file.write("#{what} #{$$} #{about}\n") } if report
    rescue SystemCallError
      nil # not being able to tell harms nobody
    end

    def refuse(host, why)
      tell("refused", host)
      raise Errno::ECONNREFUSED, why
    end

    # Change what has been loaded by now; true once there is nothing more to change.
    def hook
      if !@guarded && defined?(::TCPSocket)
        ::TCPSocket.singleton_class.prepend(Guarded)
        @guarded = true
      end
      return false unless defined?(::Net::HTTP) && ::Net::HTTP.private_method_defined?(:connect)

      ::Net::HTTP.prepend(Led)
      true
    end

    def begin(text)
      @config = parsed(text.scan(/"[^"]*"|\d+|[\[\]{}]/))
      tell("loaded", "ruby #{RUBY_VERSION}")
      forget_address("RESEND_BASE_URL", "resend")
      look_after_each_require unless hook
    end

    private

    # Resend's SDK for Ruby wants a slash at the end, Node's none: its own address is led anyway.
    # Source: https://github.com/resend/resend-ruby (lib/resend/request.rb)
    def forget_address(name, vendor)
      ENV.delete(name) if ENV[name] == "http://#{(@config["mirrors"][vendor] || []).join(":")}"
    end

    # Read JSON that holds no escapes.
    def parsed(tokens)
      case token = tokens.shift
      when "{"
        found = {}
        found[parsed(tokens)] = parsed(tokens) until tokens.first == "}"
      when "["
        found = []
        found << parsed(tokens) until tokens.first == "]"
      else
        return token.start_with?('"') ? token[1..-2] : token.to_i
      end
      tokens.shift
      found
    end

    def look_after_each_require
      done = false
      Kernel.module_eval do
        require_first = instance_method(:require)
        define_method(:require) do |path|
          loaded = require_first.bind(self).call(path)
          done ||= MirraPreload.hook
          loaded
        end
        private :require
      end
    end

    def refusal(name, vendor, owner)
      why = vendor ? "this session has no #{vendor} mirror" : "the #{owner} mirror doesn't play this host"
      "#{name} was not called: #{why}. Nothing was sent. --allow-live #{name} lets it through."
    end
  end

  # A `Net::HTTP` that finds a vendor's host elsewhere.
  module Led
    private

    def connect
      found = MirraPreload.find(address)
      return super if found.nil?

      MirraPreload.refuse(address, found) if found.is_a?(String)
      ours = { :@address => found[0], :@port => found[1], :@ipaddr => nil, :@use_ssl => false,
               :@proxy_from_env => false, :@proxy_address => nil }
      kept = ours.to_h { |name, value| [name, instance_variable_get(name)].tap { instance_variable_set(name, value) } }
      begin
        super
      ensure
        kept&.each { |name, value| instance_variable_set(name, value) }
      end
    end
  end

  # A `TCPSocket` that no other client opens to a vendor's host.
  module Guarded
    def open(host, *rest, &block)
      check(host)
      super
    end

    def new(host, *rest, &block)
      check(host)
      super
    end

    ruby2_keywords(:open, :new) if respond_to?(:ruby2_keywords, true) # as Ruby 2.7 and newer need

    private

    def check(host)
      found = MirraPreload.find(host)
      return if found.nil?

      found = "#{host} was not called: this HTTP client can't be led to the mirror. Nothing was sent." \
              " Those that are made of Net::HTTP can." unless found.is_a?(String)
      MirraPreload.refuse(host, found)
    end
  end
end

text = ENV["MIRRA_PRELOAD"]
MirraPreload.begin(text) if text
