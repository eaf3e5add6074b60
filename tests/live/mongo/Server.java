import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;

/* mongo-java-server on a free loopback port, which it prints; ends when its standard input does. */
public class Server {
	public static void main(String[] args) throws Exception {
		MongoServer server = new MongoServer(new MemoryBackend());

		server.bind("127.0.0.1", 0);
		System.out.println(server.getLocalAddress().getPort());
		System.out.flush();
		while (System.in.read() >= 0)
			;
		server.shutdownNow();
		System.exit(0);
	}
}
