// A panic in a named thread and one in main.
fn main() {
    eprintln!("serving on 127.0.0.1:8080");
    let worker = std::thread::Builder::new().name("worker-1".into()).spawn(|| {
        let items = vec![1, 2];
        let at = std::env::args().count() + 5;
        println!("{}", items[at]);
    });
    let _ = worker.unwrap().join();
    let order = "seven".parse::<u32>();
    eprintln!("order {}", order.expect("the order number is a number"));
}
