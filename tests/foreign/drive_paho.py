"""Controls the MQTT client Paho by commands on standard input (driver.ts describes the commands)."""
import base64
import queue
import ssl
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

port, certs = int(sys.argv[1]), sys.argv[2]
out = threading.Lock()
connections = {}


def say(*words):
    with out:
        print(*words, flush=True)


def pack(data):
    raw = data if isinstance(data, bytes) else data.encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=") or "-"


def unpack(word):
    return b"" if word == "-" else base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))


class Connection:
    """One client, with the commands that wait for an answer and the answers that came before their command, by packet id."""

    def __init__(self, name, client_id, version, clean, expiry, will):
        self.name = name
        self.asked = {}
        self.answered = {}
        self.lock = threading.Lock()
        self.closing = False
        protocol = mqtt.MQTTv5 if version == 5 else mqtt.MQTTv311
        more = {} if version == 5 else {"clean_session": clean}
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=protocol,
            reconnect_on_failure=False,
            **more,
        )
        device = client_id.split("/")[0]
        client.tls_set(f"{certs}/ca.pem", f"{certs}/devices/{device}.pem", f"{certs}/devices/{device}.key",
                       tls_version=ssl.PROTOCOL_TLS_CLIENT)
        if will:
            client.will_set(*will)
        self.connected = queue.Queue()
        client.on_connect = lambda c, u, flags, code, p: self.connected.put((flags.session_present, code))
        client.on_disconnect = self.on_disconnect
        client.on_message = lambda c, u, m: say("*", "message", name, pack(m.topic), pack(m.payload))
        client.on_publish = lambda c, u, mid, code, p: self.answer(("publish", mid), code.value)
        client.on_subscribe = lambda c, u, mid, codes, p: self.answer(("subscribe", mid), codes[0].value)
        properties = None
        if version == 5:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = expiry
        self.client = client
        start = {"clean_start": clean, "properties": properties} if version == 5 else {}
        client.connect("127.0.0.1", port, keepalive=60, **start)
        client.loop_start()

    def on_disconnect(self, client, userdata, flags, code, properties):
        if not self.closing:
            say("*", "ended", self.name, code.value if flags.is_disconnect_packet_from_server else "-")

    def ask(self, number, key):
        """Answers a command when its acknowledgement arrives. The acknowledgement may have arrived before this call."""
        with self.lock:
            if key in self.answered:
                say(number, self.answered.pop(key))
            else:
                self.asked[key] = number

    def answer(self, key, code):
        with self.lock:
            if key in self.asked:
                say(self.asked.pop(key), code)
            else:
                self.answered[key] = code


def connect(number, name, client_id, version, clean, expiry, topic, payload, qos):
    will = (unpack(topic).decode(), unpack(payload), int(qos)) if topic != "-" else None
    connection = Connection(name, unpack(client_id).decode(), int(version), clean == "1", int(expiry), will)
    present, code = connection.connected.get(timeout=60)
    if code.is_failure:
        raise RuntimeError(f"refused: {code}")
    connections[name] = connection
    say(number, 1 if present else 0)


def publish(number, name, topic, payload, qos):
    connection = connections[name]
    info = connection.client.publish(unpack(topic).decode(), unpack(payload), int(qos))
    if qos == "0":
        info.wait_for_publish(60)
        say(number, "-")
    else:
        connection.ask(number, ("publish", info.mid))


def subscribe(number, name, filter):
    connection = connections[name]
    _, mid = connection.client.subscribe(unpack(filter).decode(), 1)
    connection.ask(number, ("subscribe", mid))


def close(number, name):
    connection = connections.pop(name)
    connection.closing = True
    connection.client.disconnect()
    connection.client.loop_stop()
    say(number, "closed")


verbs = {"connect": connect, "publish": publish, "subscribe": subscribe, "close": close}
for line in sys.stdin:
    number, verb, *words = line.split()
    try:
        verbs[verb](number, *words)
    except Exception as error:  # noqa: BLE001
        say(number, "!", pack(repr(error)))
