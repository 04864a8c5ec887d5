/* shared/run/process.h - real servers as processes of this machine */
#ifndef MF_RUN_PROCESS_H
#define MF_RUN_PROCESS_H

#include "shared/run/run.h"

extern const struct runner_ops process_ops;

#endif
