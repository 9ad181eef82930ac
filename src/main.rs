//! The application: mounts the interface and nothing else.

fn main() {
    console_error_panic_hook::set_once();
    toolscope::ui::start();
}
