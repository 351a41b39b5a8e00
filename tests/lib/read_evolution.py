# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscribes evolution-data-server to the URL given and prints what it holds: [[uid, start, end], ...] in UTC
seconds. Runs within a D-Bus session and a HOME of its own (calendar_clients.read_evolution)."""
import json
import sys
import time

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, ICalGLib  # noqa: E402

url = sys.argv[1]
place, path = url.split("//", 1)[1].split("/", 1)
host, port = place.split(":")

registry = EDataServer.SourceRegistry.new_sync(None)
source = EDataServer.Source.new(None, None)
source.set_parent("webcal-stub")
source.set_display_name("Feed")
source.get_extension("Calendar").set_backend_name("webcal")
authentication = source.get_extension("Authentication")
authentication.set_host(host)
authentication.set_port(int(port))
authentication.set_method("none")
source.get_extension("WebDAV Backend").set_resource_path("/" + path)
source.get_extension("Security").set_method("none")
source.get_extension("Offline").set_stay_synchronized(True)
registry.commit_source_sync(source, None)

for _ in range(50):
    known = registry.ref_source(source.get_uid())
    if known:
        break
    time.sleep(0.1)
# So many seconds for word of a connection, which never comes of a loopback; it reads the feed without.
client = ECal.Client.connect_sync(known, ECal.ClientSourceType.EVENTS, 2, None)
client.refresh_sync(None)
for _ in range(60):
    _, events = client.get_object_list_sync("#t", None)
    if events:
        break
    time.sleep(0.5)


def instant(prop, value):
    tzid = prop.get_first_parameter(ICalGLib.ParameterKind.TZID_PARAMETER)
    zone = ICalGLib.Timezone.get_utc_timezone()
    if tzid:
        _, zone = client.get_timezone_sync(tzid.get_tzid(), None)
    return value.as_timet_with_zone(zone)


found = []
for event in events:
    start = event.get_first_property(ICalGLib.PropertyKind.DTSTART_PROPERTY)
    end = event.get_first_property(ICalGLib.PropertyKind.DTEND_PROPERTY)
    found.append([event.get_uid(), instant(start, start.get_dtstart()), instant(end, end.get_dtend())])
print(json.dumps(found))
