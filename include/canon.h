/**
 * @file canon.h
 * Everything: libcanon keeps product specifications true.
 */
#ifndef CANON_H
#define CANON_H

#include "canon/auth.h"
#include "canon/buf.h"
#include "canon/common.h"
#include "canon/config.h"
#include "canon/coverage.h"
#include "canon/dispatch.h"
#include "canon/editor.h"
#include "canon/engine.h"
#include "canon/env.h"
#include "canon/host.h"
#include "canon/index.h"
#include "canon/jobs.h"
#include "canon/render.h"
#include "canon/search.h"
#include "canon/settings.h"
#include "canon/source.h"
#include "canon/spec.h"
#include "canon/tasks.h"

#endif
