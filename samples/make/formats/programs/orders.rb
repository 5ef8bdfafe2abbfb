# Ruby's Logger, an exception given to it, and an uncaught one with a cause.
require "logger"

log = Logger.new($stderr)
log.progname = "shop"

def total(order) = order.fetch(:items).sum { |item| Integer(item) }

8.times do |n|
  log.debug("loading order #{n}")
  log.info("order #{n} placed")
  log.warn("stock of product #{n} is low") if n.odd?
end
begin
  total(items: ["1", "x"])
rescue ArgumentError => error
  log.error(error)
end
log.fatal("giving up")
begin
  total({})
rescue KeyError
  raise "cannot price the order"
end
