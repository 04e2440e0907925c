import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.Mqtt5ReasonCode;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos2Result;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/** Controls the HiveMQ client by commands on standard input (driver.ts describes the commands). */
public class HiveMq {
    static int port;
    static String certs;
    static final Map<String, Link> links = new ConcurrentHashMap<>();

    interface Link {
        CompletableFuture<String> publish(String topic, byte[] payload, MqttQos qos);
        CompletableFuture<String> subscribe(String filter);
        CompletableFuture<?> close();
    }

    public static void main(String[] args) throws Exception {
        port = Integer.parseInt(args[0]);
        certs = args[1];
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            CompletableFuture<String> answer;
            try {
                answer = execute(words);
            } catch (Throwable error) {
                answer = CompletableFuture.failedFuture(error);
            }
            answer.whenComplete((result, error) -> print(words[0] + " " + (error == null ? result : "! " + pack(error.toString()))));
        }
        System.exit(0);
    }

    static CompletableFuture<String> execute(String[] words) throws Exception {
        String name = words[2];
        switch (words[1]) {
            case "connect":
                return words[4].equals("5") ? connect5(name, words) : connect3(name, words);
            case "publish":
                return links.get(name).publish(text(words[3]), bytes(words[4]), MqttQos.fromCode(Integer.parseInt(words[5])));
            case "subscribe":
                return links.get(name).subscribe(text(words[3]));
            case "close":
                return links.remove(name).close().thenApply(done -> "closed");
            default:
                throw new IllegalArgumentException(words[1]);
        }
    }

    static MqttClientBuilder builder(String name, String clientId) throws Exception {
        return MqttClient.builder()
            .identifier(clientId)
            .serverHost("127.0.0.1")
            .serverPort(port)
            .sslConfig(tls(clientId.split("/")[0]))
            .addDisconnectedListener(context -> ended(name, context));
    }

    static void ended(String name, MqttClientDisconnectedContext context) {
        if (context.getSource() == MqttDisconnectSource.USER) return;
        String code = "-";
        if (context.getCause() instanceof Mqtt5DisconnectException disconnect) {
            code = String.valueOf(disconnect.getMqttMessage().getReasonCode().getCode());
        }
        print("* ended " + name + " " + code);
    }

    static CompletableFuture<String> connect5(String name, String[] words) throws Exception {
        Mqtt5AsyncClient client = builder(name, text(words[3])).useMqttVersion5().buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, message ->
            onMessage(name, message.getTopic().toString(), message.getPayloadAsBytes()));
        var connect = client.connectWith().cleanStart(words[5].equals("1")).sessionExpiryInterval(Long.parseLong(words[6]));
        if (!words[7].equals("-")) {
            connect = connect.willPublish(Mqtt5Publish.builder().topic(text(words[7])).payload(bytes(words[8]))
                .qos(MqttQos.fromCode(Integer.parseInt(words[9]))).build().asWill());
        }
        links.put(name, new Link() {
            public CompletableFuture<String> publish(String topic, byte[] payload, MqttQos qos) {
                return client.publishWith().topic(topic).payload(payload).qos(qos).send().handle(HiveMq::codeOf);
            }
            public CompletableFuture<String> subscribe(String filter) {
                return client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send().handle((ack, error) -> {
                    if (error instanceof Mqtt5SubAckException refused) ack = refused.getMqttMessage();
                    return String.valueOf(ack.getReasonCodes().get(0).getCode());
                });
            }
            public CompletableFuture<?> close() {
                return client.disconnect();
            }
        });
        return connect.send().thenApply(connack -> connack.isSessionPresent() ? "1" : "0");
    }

    static String codeOf(Mqtt5PublishResult result, Throwable error) {
        if (error instanceof Mqtt5PubAckException refused) return code(refused.getMqttMessage().getReasonCode());
        if (error instanceof Mqtt5PubRecException refused) return code(refused.getMqttMessage().getReasonCode());
        if (error != null) throw new IllegalStateException(error);
        if (result instanceof Mqtt5Qos1Result one) return code(one.getPubAck().getReasonCode());
        if (result instanceof Mqtt5Qos2Result two) return code(two.getPubRec().getReasonCode());
        return "-";
    }

    static String code(Mqtt5ReasonCode reason) {
        return String.valueOf(reason.getCode());
    }

    static CompletableFuture<String> connect3(String name, String[] words) throws Exception {
        Mqtt3AsyncClient client = builder(name, text(words[3])).useMqttVersion3().buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, message ->
            onMessage(name, message.getTopic().toString(), message.getPayloadAsBytes()));
        var connect = client.connectWith().cleanSession(words[5].equals("1"));
        if (!words[7].equals("-")) {
            connect = connect.willPublish(Mqtt3Publish.builder().topic(text(words[7])).payload(bytes(words[8]))
                .qos(MqttQos.fromCode(Integer.parseInt(words[9]))).build());
        }
        links.put(name, new Link() {
            public CompletableFuture<String> publish(String topic, byte[] payload, MqttQos qos) {
                return client.publishWith().topic(topic).payload(payload).qos(qos).send()
                    .thenApply(done -> qos == MqttQos.AT_MOST_ONCE ? "-" : "0");
            }
            public CompletableFuture<String> subscribe(String filter) {
                return client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send().handle((ack, error) -> {
                    if (error instanceof Mqtt3SubAckException refused) ack = refused.getMqttMessage();
                    return String.valueOf(ack.getReturnCodes().get(0).getCode());
                });
            }
            public CompletableFuture<?> close() {
                return client.disconnect();
            }
        });
        return connect.send().thenApply(connack -> connack.isSessionPresent() ? "1" : "0");
    }

    static void onMessage(String name, String topic, byte[] payload) {
        print("* message " + name + " " + pack(topic) + " " + pack(new String(payload, StandardCharsets.UTF_8)));
    }

    static MqttClientSslConfig tls(String device) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        char[] noPassword = new char[0];
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, noPassword);
        PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pem("devices/" + device + ".key")));
        keys.setKeyEntry("device", key, noPassword,
            factory.generateCertificates(file("devices/" + device + ".pem")).toArray(new Certificate[0]));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, noPassword);
        trusted.setCertificateEntry("ca", factory.generateCertificate(file("ca.pem")));
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, noPassword);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(trusted);
        return MqttClientSslConfig.builder().keyManagerFactory(keyManagers).trustManagerFactory(trustManagers).build();
    }

    static ByteArrayInputStream file(String name) throws Exception {
        return new ByteArrayInputStream(Files.readAllBytes(Path.of(certs, name)));
    }

    static byte[] pem(String name) throws Exception {
        return Base64.getMimeDecoder().decode(Files.readString(Path.of(certs, name)).replaceAll("-----[^-]+-----", ""));
    }

    static byte[] bytes(String word) {
        return word.equals("-") ? new byte[0] : Base64.getUrlDecoder().decode(word);
    }

    static String text(String word) {
        return new String(bytes(word), StandardCharsets.UTF_8);
    }

    static String pack(String text) {
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        return raw.length == 0 ? "-" : Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }

    static synchronized void print(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
