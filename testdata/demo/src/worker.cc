// worker: refunds (started by shopd) and repricing (a batch job). Linked at a
// fixed address.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "sys.h"

namespace worker
{

// The recorder reads /proc/PID/maps while the process lives; this gives it the
// time.
void settle()
{
	usleep(400 * 1000);
}

[[noreturn]] FRAME COLD void fatal(const char *why)
{
	sys_write(2, why, static_cast<long>(std::strlen(why)));
	settle();
	std::abort();
}

// Nothing follows the call: the return address is the first byte of another
// function.
[[noreturn]] FRAME COLD void ledger_corrupt()
{
	fatal("worker: ledger is corrupt\n");
}

template <class Entry> class Ledger
{
      public:
	explicit Ledger(const char *path) : path_(path)
	{
	}

	FRAME long append(const Entry &entry)
	{
		char line[64];
		int fd = sys_open(path_, O_WRONLY | O_CREAT | O_APPEND, 0640);
		long n = std::snprintf(line, sizeof(line), "%s %ld\n",
				       Entry::kind, entry.amount);
		n = sys_write(fd, line, n);
		sys_close(fd);
		return n;
	}

      private:
	const char *path_;
};

struct Refund {
	static constexpr const char *kind = "refund";
	long amount;
};

struct Reprice {
	static constexpr const char *kind = "reprice";
	long amount;
};

FRAME int refund(long order)
{
	Ledger<Refund> ledger("/opt/shop/var/refunds.log");
	if (order % 7 == 0)
		ledger_corrupt();
	return ledger.append({order * 100}) > 0 ? 0 : 1;
}

// Down one branch of a made-up category tree: the deepest stacks of the demo.
// The result is a checksum of the way back, of a kind that no compiler turns
// into a loop.
FRAME long reprice_category(Ledger<Reprice> &ledger, int level, long id)
{
	if (level == 0)
		return ledger.append({id});
	return (reprice_category(ledger, level - 1, id * 2) << 1) ^ level;
}

FRAME int reprice(int levels, int rounds)
{
	Ledger<Reprice> ledger("/opt/shop/var/reprice.log");
	long total = 0;
	for (int i = 1; i <= rounds; i++) {
		total += reprice_category(ledger, levels + i % 3, i);
		settle();
	}
	return total != 0 ? 0 : 1;
}

FRAME int option(char **argv, const char *name, int fallback)
{
	for (std::size_t n = std::strlen(name); *argv; argv++)
		if (!std::strncmp(*argv, name, n))
			return std::atoi(*argv + n);
	return fallback;
}

} // namespace worker

int main(int argc, char **argv)
{
	using namespace worker;
	int status = 2;

	if (argc > 1 && !std::strcmp(argv[1], "refund"))
		status = refund(option(argv, "--order=", 1));
	else if (argc > 1 && !std::strcmp(argv[1], "reprice"))
		status = reprice(option(argv, "--levels=", 8),
				 option(argv, "--rounds=", 3));
	settle();
	return status;
}
