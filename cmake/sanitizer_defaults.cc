// Options compiled into every sanitized executable, so that a test run by hand and a test run by
// ctest judge alike. The sanitizers' run-time libraries look these functions up by name.

extern "C" {

const char* __asan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1";
}

const char* __ubsan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "print_stacktrace=1:halt_on_error=1";
}

// Debian builds gRPC and Abseil without instrumentation: what happens inside them is invisible to
// ThreadSanitizer, so reports there are noise; our own code is judged in full.
const char* __tsan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1";
}

}  // extern "C"
