//! ECharts: one instance an element, told what to draw, sized with its element, disposed of with its owner.
//! (charming's own renderer starts anew at each drawing and never ends; see DESIGN.)

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, ResizeObserver};

use crate::charts::Drawing;

#[wasm_bindgen]
extern "C" {
    /// See `public/boot.js`.
    #[wasm_bindgen(js_name = toolscopeCharts, catch)]
    fn load() -> Result<Promise, JsValue>;

    type Module;
    #[wasm_bindgen(method)]
    fn init(this: &Module, element: &JsValue, theme: &JsValue, options: &JsValue) -> Instance;

    type Instance;
    #[wasm_bindgen(method, js_name = setOption)]
    fn set_option(this: &Instance, option: &JsValue, settings: &JsValue);
    #[wasm_bindgen(method)]
    fn resize(this: &Instance);
    #[wasm_bindgen(method, js_name = getWidth)]
    fn width(this: &Instance) -> f64;
    #[wasm_bindgen(method, js_name = getHeight)]
    fn height(this: &Instance) -> f64;
    #[wasm_bindgen(method)]
    fn dispose(this: &Instance);
    #[wasm_bindgen(method)]
    fn on(this: &Instance, event: &str, handler: &Function);
    #[wasm_bindgen(method, js_name = dispatchAction)]
    fn dispatch_action(this: &Instance, action: &JsValue);
    #[wasm_bindgen(method, js_name = renderToSVGString)]
    fn render_to_svg_string(this: &Instance) -> String;
}

/// Pixels; a short range must not become a wall.
const BAR_WIDTH_MAX: u32 = 28;
const UNAVAILABLE: &str =
    "The chart library could not be loaded; reload the page, or use the table.";

/// The chart library, once it is there.
pub struct Library(Module);

pub async fn library() -> Result<Library, String> {
    Ok(Library(module().await?))
}

async fn module() -> Result<Module, String> {
    let promise = load().map_err(|_| UNAVAILABLE.to_owned())?;
    let module = JsFuture::from(promise)
        .await
        .map_err(|_| UNAVAILABLE.to_owned())?;
    Ok(module.unchecked_into())
}

fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        // An object made here takes any property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// What a person did to a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// The first and last mark of a brushed span.
    Span(usize, usize),
}

/// A chart in an element. Dropping it frees the element.
pub struct Chart {
    instance: Instance,
    observer: Option<ResizeObserver>,
    /// Was the brush started?
    can_brush: Cell<bool>,
    // Closures that ECharts and the observer call; they live as long as the instance.
    _resized: Closure<dyn FnMut()>,
    _brushed: Closure<dyn FnMut(JsValue)>,
    formatters: RefCell<Vec<Closure<dyn FnMut(JsValue) -> JsValue>>>,
}

impl Chart {
    /// Starts a chart; `picked` hears what is brushed.
    pub fn start(library: &Library, element: &HtmlElement, picked: Rc<dyn Fn(Picked)>) -> Self {
        let options = object(&[("renderer", "canvas".into())]);
        let instance = library.0.init(element, &JsValue::NULL, &options);
        let resize: Instance = JsValue::from(&instance).unchecked_into();
        let sized = element.clone();
        let resized = Closure::<dyn FnMut()>::new(move || {
            let size = (
                f64::from(sized.client_width()),
                f64::from(sized.client_height()),
            );
            // The observer speaks up once at its start, and drawing again for nothing takes as long as the first time.
            if size != (resize.width(), resize.height()) {
                resize.resize();
            }
        });
        let observer = ResizeObserver::new(resized.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        let clear: Instance = JsValue::from(&instance).unchecked_into();
        let brushed = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            if let Some((first, last)) = brushed_span(&event) {
                clear.dispatch_action(&object(&[
                    ("type", "brush".into()),
                    ("areas", Array::new().into()),
                ]));
                picked(Picked::Span(first, last));
            }
        });
        instance.on("brushEnd", brushed.as_ref().unchecked_ref());
        Self {
            instance,
            observer,
            can_brush: Cell::new(false),
            _resized: resized,
            _brushed: brushed,
            formatters: RefCell::default(),
        }
    }

    /// Draws in the place of whatever was there. `tips` is what the tooltip of a mark says.
    pub fn draw(&self, drawing: &Drawing, write: Write, tips: Tips) {
        let (option, formatters) = option(drawing, write, Some(tips));
        // Axes and series are new; the brush stays as it is, since starting it draws everything once more.
        let replaced = ["xAxis", "yAxis", "series"].map(JsValue::from_str);
        let settings = object(&[("replaceMerge", Array::from_iter(replaced).into())]);
        self.instance.set_option(&option, &settings);
        self.formatters.replace(formatters);
        // Dragging over the plot picks a span at once, without a button to press first.
        if drawing.can_brush && !self.can_brush.replace(true) {
            let brush = object(&[
                ("brushType", "lineX".into()),
                ("brushMode", "single".into()),
            ]);
            let action = [
                ("type", "takeGlobalCursor".into()),
                ("key", "brush".into()),
                ("brushOption", brush),
            ];
            self.instance.dispatch_action(&object(&action));
        }
    }
}

impl Drop for Chart {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
        self.instance.dispose();
    }
}

/// The drawing as an SVG image, made without an element.
pub async fn svg(
    drawing: &Drawing,
    width: u32,
    height: u32,
    write: Write,
) -> Result<String, String> {
    let module = module().await?;
    let options = object(&[
        ("renderer", "svg".into()),
        ("ssr", true.into()),
        ("width", width.into()),
        ("height", height.into()),
    ]);
    let instance = module.init(&JsValue::NULL, &JsValue::NULL, &options);
    let (option, formatters) = option(drawing, write, None);
    let _ = Reflect::set(&option, &"animation".into(), &false.into());
    instance.set_option(&option, &object(&[("notMerge", true.into())]));
    let svg = instance.render_to_svg_string();
    instance.dispose();
    drop(formatters);
    Ok(svg)
}

type Formatters = Vec<Closure<dyn FnMut(JsValue) -> JsValue>>;
/// How an axis writes its numbers.
pub type Write = fn(f64, crate::model::Unit) -> String;
/// The tooltip of a mark, made when somebody points at it.
pub type Tips = Rc<dyn Fn(usize) -> Option<String>>;

/// The option with its functions: what charming can only write as JavaScript text is a Rust closure here.
fn option(drawing: &Drawing, write: Write, tips: Option<Tips>) -> (JsValue, Formatters) {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    let option = drawing
        .chart
        .serialize(&serializer)
        .unwrap_or(JsValue::NULL);
    let mut formatters: Formatters = Vec::new();
    let unit = drawing.unit;
    let axis = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |value: JsValue| {
        value
            .as_f64()
            .map_or(JsValue::NULL, |value| write(value, unit).into())
    });
    for name in ["xAxis", "yAxis"] {
        let axes = Reflect::get(&option, &name.into()).unwrap_or_default();
        for each in list(&axes) {
            let is_value = Reflect::get(&each, &"type".into()).is_ok_and(|kind| kind == "value");
            let label = Reflect::get(&each, &"axisLabel".into()).unwrap_or_default();
            if !is_value && label.is_object() {
                let _ = Reflect::set(&label, &"hideOverlap".into(), &true.into());
            }
            if is_value && label.is_object() {
                let _ = Reflect::set(&label, &"formatter".into(), axis.as_ref());
            }
        }
    }
    formatters.push(axis);
    if drawing.has_patterns {
        // charming has no decals. The description for screen readers is the widget's own sentence.
        let (off, on) = (
            object(&[("enabled", false.into())]),
            object(&[("show", true.into())]),
        );
        let aria = [("enabled", true.into()), ("label", off), ("decal", on)];
        let _ = Reflect::set(&option, &"aria".into(), &object(&aria));
    }
    for series in list(&Reflect::get(&option, &"series".into()).unwrap_or_default()) {
        let _ = Reflect::set(&series, &"barMaxWidth".into(), &BAR_WIDTH_MAX.into());
    }
    if drawing.can_brush {
        // charming has no brush.
        let style = object(&[
            ("color", drawing.brush.as_str().into()),
            ("borderWidth", 0.into()),
            ("opacity", 0.5.into()),
        ]);
        let brush = object(&[
            ("xAxisIndex", 0.into()),
            ("brushStyle", style),
            ("toolbox", Array::new().into()),
        ]);
        let _ = Reflect::set(&option, &"brush".into(), &brush);
    }
    let tooltip = Reflect::get(&option, &"tooltip".into()).unwrap_or_default();
    let tooltip = list(&tooltip).into_iter().next().filter(JsValue::is_object);
    if let Some((tooltip, tips)) = tooltip.zip(tips) {
        let text = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |marks: JsValue| {
            let mark = list(&marks).into_iter().next().unwrap_or_default();
            let at = Reflect::get(&mark, &"dataIndex".into())
                .ok()
                .and_then(|at| at.as_f64());
            at.and_then(|at| tips(at as usize))
                .map_or(JsValue::NULL, JsValue::from)
        });
        let _ = Reflect::set(&tooltip, &"formatter".into(), text.as_ref());
        // Text drawn on the canvas: names stay text, and no HTML is ever made.
        let _ = Reflect::set(&tooltip, &"renderMode".into(), &"richText".into());
        let _ = Reflect::set(&tooltip, &"confine".into(), &true.into());
        let style = object(&[
            ("color", drawing.ink.as_str().into()),
            ("fontSize", 12.into()),
        ]);
        let _ = Reflect::set(&tooltip, &"textStyle".into(), &style);
        formatters.push(text);
    }
    (option, formatters)
}

/// ECharts takes one thing or a list of them.
fn list(value: &JsValue) -> Vec<JsValue> {
    match value.dyn_ref::<Array>() {
        Some(array) => array.iter().collect(),
        None if value.is_object() => vec![value.clone()],
        None => Vec::new(),
    }
}

/// `event.areas[0].coordRange`: the first and last category of a brushed span.
fn brushed_span(event: &JsValue) -> Option<(usize, usize)> {
    let areas = Reflect::get(event, &"areas".into()).ok()?;
    let area = list(&areas).into_iter().next()?;
    let range: Array = Reflect::get(&area, &"coordRange".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let (first, last) = (range.get(0).as_f64()?, range.get(1).as_f64()?);
    (last >= first && first >= 0.0).then_some((first as usize, last as usize))
}
