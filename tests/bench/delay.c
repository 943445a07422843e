/*
 * A slow link: makes a tun device in each of two network namespaces, and carries packets between them. Each packet
 * is delayed by DELAY microseconds, in order and without a limit on their number.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_tun.h>

enum {
	PACKETS = 65536, /* in flight in one direction; if there are more, the device has to wait */
	PACKET_SIZE = 1500,
	QUEUE = 20000 /* packets that wait in a device instead of being dropped */
};

struct packet {
	int64_t due; /* nanoseconds */
	size_t size;
	char data[PACKET_SIZE];
};

struct direction {
	int from, to;
	struct packet *ring;
	unsigned head, tail; /* next packet to leave, next entry to fill; the difference is the count */
};

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static bool is_full(const struct direction *d)
{
	return d->tail - d->head == PACKETS;
}

static void take(struct direction *d, int64_t delay)
{
	while (!is_full(d)) {
		struct packet *packet = &d->ring[d->tail % PACKETS];
		ssize_t size = read(d->from, packet->data, PACKET_SIZE);
		if (size <= 0)
			return;
		packet->size = (size_t)size;
		packet->due = now() + delay;
		d->tail++;
	}
}

/* Delivers the packets that are due. Returns when the next one is due, or -1 if none is in flight. */
static int64_t give(struct direction *d)
{
	while (d->head != d->tail) {
		struct packet *packet = &d->ring[d->head % PACKETS];
		if (packet->due > now())
			return packet->due;
		/* A packet that the device does not accept is lost, as on any link. */
		if (write(d->to, packet->data, packet->size) < 0 && errno == EINTR)
			continue;
		d->head++;
	}
	return -1;
}

static int carry(struct direction *line, int64_t delay)
{
	for (;;) {
		struct pollfd fds[2];
		struct timespec wait;
		int64_t due = -1;

		for (int i = 0; i < 2; i++) {
			int64_t next = give(&line[i]);
			if (next >= 0 && (due < 0 || next < due))
				due = next;
			fds[i].fd = is_full(&line[i]) ? -1 : line[i].from;
			fds[i].events = POLLIN;
		}
		if (due >= 0) {
			due = due > now() ? due - now() : 0;
			wait.tv_sec = (time_t)(due / 1000000000);
			wait.tv_nsec = (long)(due % 1000000000);
		}
		if (ppoll(fds, 2, due >= 0 ? &wait : NULL, NULL) < 0 && errno != EINTR) {
			perror("delay: poll");
			return 1;
		}
		take(&line[0], delay);
		take(&line[1], delay);
	}
}

__attribute__((noreturn)) static void fail(const char *what)
{
	fputs("delay: ", stderr);
	perror(what);
	exit(1);
}

static void set(int control, unsigned long request, struct ifreq *device)
{
	if (ioctl(control, request, device) != 0)
		fail(device->ifr_name);
}

static void set_address(int control, unsigned long request, struct ifreq *device, const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
		fail(text);
	memcpy(&device->ifr_addr, &address, sizeof(address));
	set(control, request, device);
}

static void bring_up(int control, struct ifreq *device)
{
	set(control, SIOCGIFFLAGS, device);
	device->ifr_flags |= IFF_UP;
	set(control, SIOCSIFFLAGS, device);
}

/* Makes a device with this address in the namespace of this file, and brings up loopback there. */
static int make_device(const char *namespace, const char *address)
{
	struct ifreq device = {0}, loopback = {.ifr_name = "lo"};
	int space = open(namespace, O_RDONLY | O_CLOEXEC), control, tun;

	if (space < 0 || setns(space, CLONE_NEWNET) != 0)
		fail(namespace);
	close(space);
	tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tun < 0)
		fail("/dev/net/tun");
	strcpy(device.ifr_name, "line");
	device.ifr_flags = IFF_TUN | IFF_NO_PI;
	set(tun, TUNSETIFF, &device);
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (control < 0)
		fail("socket");
	device.ifr_mtu = PACKET_SIZE;
	set(control, SIOCSIFMTU, &device);
	device.ifr_qlen = QUEUE;
	set(control, SIOCSIFTXQLEN, &device);
	set_address(control, SIOCSIFADDR, &device, address);
	set_address(control, SIOCSIFNETMASK, &device, "255.255.255.0");
	bring_up(control, &device);
	bring_up(control, &loopback);
	close(control);
	return tun;
}

int main(int argc, char **argv)
{
	struct direction line[2] = {0};

	if (argc != 6) {
		fputs("Usage: delay MICROSECONDS NAMESPACE ADDRESS NAMESPACE ADDRESS\n", stderr);
		return 64;
	}
	line[0].from = line[1].to = make_device(argv[2], argv[3]);
	line[0].to = line[1].from = make_device(argv[4], argv[5]);
	for (int i = 0; i < 2; i++) {
		line[i].ring = calloc(PACKETS, sizeof(struct packet));
		if (!line[i].ring)
			fail("memory");
	}
	/* By default the kernel delays every timer by up to 50 microseconds. */
	prctl(PR_SET_TIMERSLACK, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	puts("ok");
	fflush(stdout);
	return carry(line, atol(argv[1]) * INT64_C(1000));
}
