"""Reads and decrypts the records in Kafka with kafka-python and jwcrypto, which share no code with Vigil. Takes one JSON
request on standard input, and writes one JSON array for each record to standard output, in Kafka's order."""

import base64
import json
import sys

from jwcrypto import jwe, jwk
from kafka import KafkaConsumer, TopicPartition

request = json.load(sys.stdin)
reader_key = jwk.JWK(**request["readerJwk"])
boots = set(request["boots"])


def whole(topics):
    """Yields all records that the topics hold now, each partition from its first record to its last."""
    consumer = KafkaConsumer(
        bootstrap_servers=request["brokers"].split(","),
        security_protocol="SSL",
        ssl_cafile=request["caFile"],
        ssl_certfile=request["certFile"],
        ssl_keyfile=request["keyFile"],
        enable_auto_commit=False,
        group_id=None,
        fetch_max_bytes=8 * 1024 * 1024,
    )
    places = [TopicPartition(name, n) for name in topics for n in sorted(consumer.partitions_for_topic(name))]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    consumer.seek_to_beginning(*places)
    while any(consumer.position(place) < ends[place] for place in places):
        for place, records in consumer.poll(timeout_ms=500).items():
            for record in records:
                if record.offset < ends[place]:
                    yield record
    consumer.close()


class Keys:
    """The data keys by their id. Each key is decrypted at its first use."""

    def __init__(self):
        self.wrapped = {r.key.decode(): r.value for r in whole(["keys-readings", "keys-rejected"]) if r.value is not None}
        self.unwrapped = {}

    def get(self, kid):
        if kid not in self.unwrapped:
            token = jwe.JWE(algs=["ECDH-ES+A256KW", "A256GCM"])
            token.deserialize(self.wrapped[kid].decode(), reader_key)
            self.unwrapped[kid] = jwk.JWK(**json.loads(token.payload))
        return self.unwrapped[kid]


def opened(record, keys):
    """Returns the header and the decrypted body of a record. The body is None if the record is of another device start."""
    compact = record.value.decode("ascii")
    encoded = compact.split(".", 1)[0]
    header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    if header["top"] != record.topic or header["key"] != record.key.decode():
        raise ValueError("the header of a record names another topic or key than the record has")
    if record.topic != "rejected" and header["boo"] not in boots:
        return header, None
    token = jwe.JWE(algs=["dir", "A256GCM"])
    token.deserialize(compact, keys.get(header["kid"]))
    return header, json.loads(token.payload)


def reading_of(topic, header, body):
    """Returns device, kind, reading and reason of rejection (empty if accepted), or None if the record holds no reading."""
    if topic == "rejected":
        reading = json.loads(base64.b64decode(body["payload"]))
        kind = body["topic"].split("/")[2]
        if reading.get("boot") not in boots:
            return None
        return body["deviceId"], kind, reading, body["code"]
    if "reading" not in body:
        return None
    reading = body["reading"]
    if (reading["boot"], reading["seq"]) != (header["boo"], header["seq"]):
        raise ValueError("the header of a record names another reading than its body")
    return body["deviceId"], topic, reading, ""


def main():
    keys = Keys()
    for record in whole(request["topics"]):
        if record.value is None:
            continue
        header, body = opened(record, keys)
        content = body and reading_of(record.topic, header, body)
        if not content:
            continue
        device, kind, reading, code = content
        time = reading.get("time") or reading.get("start")
        place = [record.topic, record.partition, record.offset, record.timestamp, record.timestamp_type]
        print(json.dumps([*place, device, kind, reading["boot"], reading["seq"], time, code]))


main()
