/** Names and goods of the demo chain 「木棉生活」, all invented. */

export const STORES = [
  { storeNo: 'S01', name: '木棉生活·徐汇店', region: '上海', address: '上海市徐汇区天钥桥路 1 号' },
  { storeNo: 'S02', name: '木棉生活·静安店', region: '上海', address: '上海市静安区南京西路 2 号' },
  { storeNo: 'S03', name: '木棉生活·滨江店', region: '杭州', address: '杭州市滨江区江南大道 3 号' },
] as const

export const GUIDES = [
  ['wangxiaoming', '王小明'],
  ['liujing', '刘静'],
  ['zhaoyan', '赵妍'],
  ['sunlei', '孙磊'],
  ['zhoumin', '周敏'],
  ['wuting', '吴婷'],
  ['zhengkai', '郑凯'],
  ['fengyu', '冯雨'],
  ['chenchen', '陈晨'],
  ['hexue', '何雪'],
  ['gaofei', '高飞'],
  ['linna', '林娜'],
] as const

export const MANAGERS = [
  ['xuhui.dianzhang', '徐慧', 'S01'],
  ['jinglan', '景岚', 'S02'],
] as const

export const HEADQUARTERS = [['shenlan', '沈岚']] as const

export const SURNAMES = [
  '张',
  '李',
  '王',
  '刘',
  '陈',
  '杨',
  '黄',
  '赵',
  '吴',
  '周',
  '徐',
  '孙',
  '马',
  '朱',
  '胡',
  '郭',
  '何',
  '林',
  '高',
  '罗',
  '欧阳',
  '上官',
] as const
export const FEMALE_NAMES = [
  '雨桐',
  '梦洁',
  '思涵',
  '晓燕',
  '雅琪',
  '静怡',
  '若曦',
  '欣妍',
  '诗雨',
  '佳宁',
  '婉清',
  '丽华',
  '秀英',
  '丹',
  '敏',
  '芳',
] as const
export const MALE_NAMES = [
  '浩然',
  '子轩',
  '志强',
  '建国',
  '伟',
  '磊',
  '宇航',
  '俊杰',
  '明哲',
  '海涛',
] as const
export const NICKNAMES = [
  '小鹿',
  '一只橘猫',
  '阿May',
  'Cindy',
  '山谷里的风',
  '豆豆妈妈',
  '慢慢来',
  'Leo',
  '青柠',
  '月亮不营业',
  '阳光🌻',
  '静待花开',
] as const

/** category, then its goods: sku, name, price in fen */
export const GOODS: readonly (readonly [string, readonly (readonly [string, string, number])[]])[] =
  [
    [
      '护肤',
      [
        ['SK-101', '木棉花精华水 200ml', 16_800],
        ['SK-102', '保湿面霜 50g', 23_900],
        ['SK-103', '洗面奶 120g', 8_900],
      ],
    ],
    [
      '家居',
      [
        ['HM-201', '亚麻抱枕', 12_900],
        ['HM-202', '香薰蜡烛', 9_900],
        ['HM-203', '四件套', 49_900],
      ],
    ],
    [
      '服饰',
      [
        ['CL-301', '真丝衬衫', 39_900],
        ['CL-302', '羊毛围巾', 25_900],
        ['CL-303', '棉麻连衣裙', 45_900],
      ],
    ],
    [
      '茶饮',
      [
        ['TE-401', '龙井 100g', 13_800],
        ['TE-402', '茉莉花茶 100g', 7_800],
        ['TE-403', '冷泡茶礼盒', 15_800],
      ],
    ],
  ]

/** tags that guides put on by hand */
export const TAG_GROUPS = [
  ['来源', ['门店扫码', '朋友介绍', '公众号', '活动现场']],
  ['行为', ['爱试新品', '周末到店', '常带朋友', '喜欢直播', '只在大促买']],
  ['生命周期', ['回头客', '老街坊', '孕期']],
  ['消费偏好', ['爱送礼', '看重性价比', '只买新品', '囤货型']],
] as const

/** tags that rules put on, in the same groups: nobody has them by hand */
export const AUTOMATIC_TAGS: Readonly<Record<(typeof TAG_GROUPS)[number][0], readonly string[]>> = {
  来源: ['小程序来客'],
  行为: ['积分多', '有券快到期'],
  生命周期: ['新客', '沉睡', '流失风险'],
  消费偏好: ['高客单', '高频'],
}
