//! libscore: a risk score for an order. Legacy symbol names, C interface, own system calls.
#![no_std]

use model::{Source, Tree};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

mod sys {
    use core::arch::asm;

    #[inline(never)]
    pub unsafe fn call(nr: i64, a: i64, b: i64, c: i64) -> i64 {
        let ret;
        asm!("syscall", inlateout("rax") nr => ret, in("rdi") a, in("rsi") b, in("rdx") c,
             in("r10") 0, out("rcx") _, out("r11") _);
        ret
    }
}

const READ: i64 = 0;
const CLOSE: i64 = 3;
const OPENAT: i64 = 257;
const AT_FDCWD: i64 = -100;

struct ModelFile {
    path: &'static [u8],
}

impl Source for ModelFile {
    #[inline(never)]
    fn fetch(&self, node: u32) -> i64 {
        let mut head = [0u8; 16];
        let n = unsafe {
            let fd = sys::call(OPENAT, AT_FDCWD, self.path.as_ptr() as i64, 0);
            let n = sys::call(READ, fd, head.as_mut_ptr() as i64, head.len() as i64);
            sys::call(CLOSE, fd, 0, 0);
            n
        };
        n + i64::from(node & 7)
    }
}

static MODEL: ModelFile = ModelFile { path: b"/opt/shop/share/model/score.bin\0" };

#[no_mangle]
pub extern "C" fn score_order(cents: i64, qty: i32) -> i64 {
    let tree = Tree { depth: if qty > 10 { 4 } else { 2 } };
    let seed = (cents as u32) % 1000;
    if qty == 1 {
        return model::warm_up(&MODEL) + i64::from(model::fold(seed));
    }
    tree.weigh(&MODEL, seed) % 100
}
