-- For wrk: sends the requests of a file in turn, byte for byte, and tells what it counted as one line of JSON.
-- The file holds each request behind its length in bytes and a line break.
local requests, following = {}, 0

function init(args)
   local file = assert(io.open(args[1], "rb"))
   while true do
      local length = file:read("*n")
      if not length then break end
      file:read(1)
      requests[#requests + 1] = file:read(length)
   end
   file:close()
end

function request()
   following = following % #requests + 1
   return requests[following]
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      '\ntaliq {"answers":%d,"microseconds":%d,"bytes":%d,"p50":%d,"p99":%d,'
         .. '"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}\n',
      summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
      errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
