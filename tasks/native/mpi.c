/* What lib/train/processes/mpi.ts calls of MPI. The handles of MPI differ between its implementations,
   so they stay in here. MPI itself ends all processes where one of these calls fails. */
#include <mpi.h>
#include <signal.h>
#include <stdint.h>

/* MPI counts in int */
static const int64_t mostAtOnce = 1 << 28;

/* V8 has handlers of its own for these, which MPI may replace */
static const int ours[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { ourCount = sizeof ours / sizeof *ours };

/* Joins; finds the rank, the number of processes, and that of those on this machine.
   Returns whether calls may come from any thread. */
int32_t joinMpi(int32_t *found) {
  struct sigaction before[ourCount];
  for (int i = 0; i < ourCount; i++) sigaction(ours[i], NULL, &before[i]);
  int threads = MPI_THREAD_SINGLE;
  MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &threads);
  for (int i = 0; i < ourCount; i++) sigaction(ours[i], &before[i], NULL);
  MPI_Comm machine;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  MPI_Comm_rank(MPI_COMM_WORLD, &found[0]);
  MPI_Comm_size(MPI_COMM_WORLD, &found[1]);
  MPI_Comm_size(machine, &found[2]);
  MPI_Comm_free(&machine);
  return threads >= MPI_THREAD_SERIALIZED;
}

static void sum(char *numbers, int64_t count, MPI_Datatype type, int64_t size) {
  for (int64_t at = 0; at < count; at += mostAtOnce) {
    int part = (int)(count - at < mostAtOnce ? count - at : mostAtOnce);
    MPI_Allreduce(MPI_IN_PLACE, numbers + at * size, part, type, MPI_SUM, MPI_COMM_WORLD);
  }
}

void sumFloats(float *numbers, int64_t count) {
  sum((char *)numbers, count, MPI_FLOAT, sizeof *numbers);
}

void sumDoubles(double *numbers, int64_t count) {
  sum((char *)numbers, count, MPI_DOUBLE, sizeof *numbers);
}

void copyFirst(char *bytes, int64_t count) {
  for (int64_t at = 0; at < count; at += mostAtOnce) {
    int part = (int)(count - at < mostAtOnce ? count - at : mostAtOnce);
    MPI_Bcast(bytes + at, part, MPI_BYTE, 0, MPI_COMM_WORLD);
  }
}

void waitForAll(void) {
  MPI_Barrier(MPI_COMM_WORLD);
}

/* Only from the thread that has joined. */
void leaveMpi(void) {
  MPI_Finalize();
}

/* Ends all processes. */
void endMpi(int32_t code) {
  MPI_Abort(MPI_COMM_WORLD, code);
}
